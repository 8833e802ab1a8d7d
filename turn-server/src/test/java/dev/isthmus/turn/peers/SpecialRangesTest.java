package dev.isthmus.turn.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The safe defaults are the IANA registries, every entry of them. */
class SpecialRangesTest {
    /** A row begins with its blocks: one, or several between quotation marks, some with a footnote. */
    private static final Pattern ROW = Pattern.compile("(?m)^(?:\"([0-9a-f][^\"]*)\"|([0-9a-f:.]+/\\d+)(?: \\[\\d+])?),");

    private static List<String> blocks(String file) throws IOException {
        List<String> blocks = new ArrayList<>();
        try (InputStream in = Objects.requireNonNull(SpecialRangesTest.class.getResourceAsStream("/iana/" + file))) {
            Matcher row = ROW.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            while (row.find()) {
                String several = row.group(1) == null ? row.group(2) : row.group(1);
                blocks.addAll(List.of(several.split(", ")));
            }
        }
        return blocks;
    }

    @Test
    void theyAreTheRegistriesEntries() throws IOException {
        List<AddressRange> registered = new ArrayList<>();
        for (String file : List.of("iana-ipv4-special-registry.csv", "iana-ipv6-special-registry.csv")) {
            blocks(file).forEach(block -> registered.add(AddressRange.of(block)));
        }
        assertThat(registered).hasSize(51);
        assertThat(SpecialRanges.REGISTERED.stream().map(PeerRule::range)).containsExactlyElementsOf(registered);
        assertThat(SpecialRanges.ALL).noneMatch(PeerRule::allow);
    }
}
