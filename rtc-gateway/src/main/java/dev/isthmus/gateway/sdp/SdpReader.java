package dev.isthmus.gateway.sdp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a description line by line: the form of each, and the order in which RFC 8866, section 9, and RFC 9429, section 5.8, want them. */
final class SdpReader {
    private static final int LARGEST = 128 * 1024;
    private static final int MAX_FORMATS = 128;
    private static final int MAX_ATTRIBUTES = 2000;
    private static final int MAX_MEDIA = 128;
    /** Types that may follow one another stand in one group; a semicolon begins the next. */
    private static final String SESSION_ORDER = "v;o;s;i;u;e;p;c;b;trz;k;a";
    private static final String MEDIA_ORDER = "m;i;c;b;k;a";
    private static final String REPEATED = "epbtra";
    private static final String REPEATED_IN_MEDIA = "cba";

    private final List<SdpAttribute> attributes = new ArrayList<>();
    private final List<SdpMedia> media = new ArrayList<>();
    private @Nullable SdpMedia current;
    private String origin = "";
    /** The type of the line before, within its level. */
    private char before;
    private int number;

    /** Reads a text; the exception names the line. */
    static SessionDescription read(String text) throws SdpProblem {
        if (text.length() > LARGEST) {
            throw new SdpProblem(0, "the description is longer than " + LARGEST + " characters");
        }
        String[] lines = text.split("\r\n|\n|\r", -1);
        int count = lines.length;
        while (count > 0 && lines[count - 1].isEmpty()) {
            count--;
        }
        if (count == 0) {
            throw new SdpProblem(1, "the description is empty");
        }
        SdpReader reader = new SdpReader();
        for (String line : Arrays.asList(lines).subList(0, count)) {
            reader.number++;
            reader.line(line);
        }
        reader.endOfSession();
        return new SessionDescription(reader.origin, reader.attributes, reader.media);
    }

    private SdpProblem problem(String why) {
        return new SdpProblem(number, why);
    }

    private void line(String line) throws SdpProblem {
        if (line.length() < 2 || line.charAt(1) != '=') {
            throw problem("a line must be a letter, an equals sign and a value");
        }
        char type = line.charAt(0);
        if (!SdpGrammar.isType(type)) {
            throw problem("unknown line type '" + type + "'");
        }
        order(type);
        String value = line.substring(2);
        SdpGrammar.line(type, value, number);
        SdpMedia section = current;
        switch (type) {
            case 'o' -> origin = value;
            case 'm' -> open(value);
            case 'b' -> {
                if (section != null) {
                    section.bandwidths.add(value);
                }
            }
            case 'a' -> attribute(value);
            default -> {
                // checked, and not used
            }
        }
    }

    private void order(char type) throws SdpProblem {
        if (number == 1 && type != 'v') {
            throw problem("the first line must be v=0");
        }
        if (type == 'm') {
            endOfSession();
            before = 'm';
            return;
        }
        String order = current == null ? SESSION_ORDER : MEDIA_ORDER;
        int place = place(order, type);
        boolean again = type == before;
        if (place < 0 || place < place(order, before) || again && (current == null ? REPEATED : REPEATED_IN_MEDIA).indexOf(type) < 0) {
            throw problem(type + "= may not stand behind " + before + "= here");
        }
        if (current == null) {
            mandatory(order, place, type);
        }
        before = type;
    }

    /** Nothing that must be there may be left out: v, o, s, t, and t before r and z. */
    private void mandatory(String order, int place, char type) throws SdpProblem {
        for (char needed : new char[]{'o', 's', 't'}) {
            int at = place(order, needed);
            boolean late = at < place || at == place && type != needed;
            if (late && place(order, before) < at) {
                throw problem("before " + type + "= there must be " + needed + "=");
            }
        }
    }

    private static int place(String order, char type) {
        int at = order.indexOf(type);
        return at <= 0 ? at : (int) order.substring(0, at).chars().filter(c -> c == ';').count();
    }

    private void endOfSession() throws SdpProblem {
        if (current == null && place(SESSION_ORDER, before) < place(SESSION_ORDER, 't')) {
            throw problem("v=, o=, s= and t= must be there");
        }
    }

    private void open(String value) throws SdpProblem {
        String[] fields = value.split(" ");
        int slash = fields[1].indexOf('/');
        int port = Integer.parseInt(slash < 0 ? fields[1] : fields[1].substring(0, slash));
        if (port > 65535) {
            throw problem("the port of a media line must be 0 to 65535");
        }
        if (fields.length - 3 > MAX_FORMATS) {
            throw problem("more than " + MAX_FORMATS + " formats");
        }
        if (media.size() >= MAX_MEDIA) {
            throw problem("more than " + MAX_MEDIA + " media lines");
        }
        SdpMedia opened = new SdpMedia(fields[0], port, fields[2], Arrays.asList(fields).subList(3, fields.length), number);
        media.add(opened);
        current = opened;
    }

    private void attribute(String value) throws SdpProblem {
        int colon = value.indexOf(':');
        SdpAttribute attribute = colon < 0
                ? new SdpAttribute(value, "", number)
                : new SdpAttribute(value.substring(0, colon), value.substring(colon + 1), number);
        List<SdpAttribute> level = current == null ? attributes : current.attributes;
        if (level.size() >= MAX_ATTRIBUTES) {
            throw problem("more than " + MAX_ATTRIBUTES + " attributes at one level");
        }
        SdpAttribute earlier = level.stream().filter(a -> a.name().equals(attribute.name())).findFirst().orElse(null);
        SdpGrammar.attribute(attribute, current != null, earlier);
        level.add(attribute);
    }
}
