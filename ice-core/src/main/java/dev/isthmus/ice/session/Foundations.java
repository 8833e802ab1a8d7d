package dev.isthmus.ice.session;

import dev.isthmus.ice.ice.Candidate;
import java.util.HashMap;
import java.util.Map;

/**
 * The foundations of one stream's candidates, as peers are told them: numbers, equal for what has one type, host and server (RFC 8445, section
 * 5.1.1.3). Made of addresses they would tell those, also where a name or nothing stands in their place.
 */
final class Foundations {
    private final Map<String, String> numbers = new HashMap<>();

    /** Returns the candidate with a number for a foundation. */
    Candidate number(Candidate candidate) {
        return candidate.withFoundation(numbers.computeIfAbsent(candidate.foundation(), key -> Integer.toString(numbers.size() + 1)));
    }
}
