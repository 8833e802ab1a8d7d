package dev.isthmus.gateway.sdp;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the values of lines and attributes look like: RFC 8866, section 9, and the RFCs that define the attributes. RFC 9429, section 5.8, wants
 * every line checked, even one whose value nobody uses; attributes that are not named here are kept as they are. Repeated groups are possessive:
 * others recurse once for each repetition, and a long line would exhaust the stack.
 */
final class SdpGrammar {
    /** A form, and whether there may be one of it at a level. */
    private record Rule(Pattern form, boolean once) {}

    private static final String TOKEN = "[!#-'*+\\-.0-9A-Z^-~]+";
    private static final String ADDRESS = "IN IP[46] [0-9A-Za-z.:%\\-]+";
    private static final String DIRECTION = "(?:sendrecv|sendonly|recvonly|inactive)";
    private static final String PORT = "[0-9]{1,5}";
    private static final String NUMBER = "[0-9]{1,10}";

    private static final Map<Character, Pattern> LINES = new HashMap<>();
    private static final Map<String, Rule> SESSION = new HashMap<>();
    private static final Map<String, Rule> MEDIA = new HashMap<>();

    static {
        line('v', "0");
        line('o', "[^ ]+ [0-9]{1,20} [0-9]{1,20} " + ADDRESS);
        line('s', ".+");
        line('i', ".+");
        line('u', "[^ ]+");
        line('e', ".+");
        line('p', ".+");
        line('c', ADDRESS + "(?:/[0-9]{1,3}){0,2}");
        line('b', TOKEN + ":[0-9]{1,18}");
        line('t', "[0-9]{1,20} [0-9]{1,20}");
        line('r', "[0-9]+[dhms]?(?: [0-9]+[dhms]?){2,}+");
        line('z', "[0-9]+ -?[0-9]+[dhms]?(?: [0-9]+ -?[0-9]+[dhms]?)*+");
        line('k', "prompt|(?:clear|base64|uri):.+");
        line('m', TOKEN + " " + PORT + "(?:/[0-9]{1,5})? " + TOKEN + "(?:/" + TOKEN + ")*+(?: " + TOKEN + ")++");
        line('a', TOKEN + "(?::.+)?");

        session("group", TOKEN + "(?: " + TOKEN + ")*+", false);
        session("ice-lite", "", true);
        session("identity", "[0-9A-Za-z+/=]+(?:;.*)?", false);
        both("ice-ufrag", "[0-9A-Za-z+/]{4,256}", true);
        both("ice-pwd", "[0-9A-Za-z+/]{22,256}", true);
        both("ice-options", "[0-9A-Za-z+/]+(?:[ ,][0-9A-Za-z+/]+)*+", true); // commas: libdatachannel
        both("ice-pacing", NUMBER, true);
        both("fingerprint", TOKEN + " [0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})*+", false);
        both("setup", "active|passive|actpass|holdconn", true);
        both("tls-id", "[0-9A-Za-z+/\\-_]{20,255}", true);
        both("end-of-candidates", "", true);
        both("extmap", "[0-9]{1,5}(?:/" + DIRECTION + ")? [^ ]+(?: .+)?", false);
        both("extmap-allow-mixed", "", true);
        for (String direction : new String[]{"sendrecv", "sendonly", "recvonly", "inactive"}) {
            both(direction, "", true);
        }

        media("mid", TOKEN, true);
        media("bundle-only", "", true);
        media("candidate", "[0-9A-Za-z+/]{1,32} [0-9]{1,5} [^ ]+ [0-9]{1,10} [^ ]+ [0-9]{1,5} typ [^ ]+(?: .+)?", false);
        media("remote-candidates", "[0-9]{1,5} [^ ]+ [0-9]{1,5}(?: [0-9]{1,5} [^ ]+ [0-9]{1,5})*+", false);
        media("rtpmap", "[0-9]{1,3} [^ /]+/[0-9]{1,10}(?:/[^ ]+)?", false);
        media("fmtp", TOKEN + " .+", false);
        media("ptime", "[0-9]{1,5}(?:\\.[0-9]+)?", true);
        media("maxptime", "[0-9]{1,5}(?:\\.[0-9]+)?", true);
        media("ssrc", NUMBER + " " + TOKEN + "(?::.*)?", false);
        media("ssrc-group", TOKEN + "(?: " + NUMBER + ")*+", false);
        media("rtcp-fb", "(?:\\*|[0-9]{1,3}) [^ ]+(?: .+)?", false);
        media("rtcp-mux", "", true);
        media("rtcp-mux-only", "", true);
        media("rtcp-rsize", "", true);
        media("rtcp", PORT + "(?: " + ADDRESS + ")?", true);
        media("msid", TOKEN + "(?: " + TOKEN + ")?", false);
        media("imageattr", "(?:\\*|[0-9]{1,3})(?:[ \\t]+(?:send|recv)[ \\t].+)++", false);
        media("rid", "[0-9A-Za-z_\\-]+ (?:send|recv)(?: [^ ]+)?", false);
        media("simulcast", "(?:send|recv) [^ ]+(?: (?:send|recv) [^ ]+)?", true);
        media("sctp-port", PORT, true);
        media("max-message-size", "[0-9]{1,19}", true);
    }

    private SdpGrammar() {}

    private static void line(char type, String form) {
        LINES.put(type, Pattern.compile(form));
    }

    private static void session(String name, String form, boolean once) {
        SESSION.put(name, new Rule(Pattern.compile(form), once));
    }

    private static void media(String name, String form, boolean once) {
        MEDIA.put(name, new Rule(Pattern.compile(form), once));
    }

    private static void both(String name, String form, boolean once) {
        session(name, form, once);
        media(name, form, once);
    }

    /** Returns whether lines of that type exist. */
    static boolean isType(char type) {
        return LINES.containsKey(type);
    }

    /** Checks the value of a line. */
    static void line(char type, String value, int number) throws SdpProblem {
        Pattern form = LINES.get(type);
        if (form == null || !form.matcher(value).matches()) {
            throw new SdpProblem(number, "the value of " + type + "= is malformed");
        }
    }

    /**
     * Checks an attribute.
     *
     * @param before the first of that name at the same level, or null
     */
    static void attribute(SdpAttribute attribute, boolean inMedia, @Nullable SdpAttribute before) throws SdpProblem {
        Rule rule = (inMedia ? MEDIA : SESSION).get(attribute.name());
        if (rule == null) {
            return;
        }
        if (!rule.form().matcher(attribute.value()).matches()) {
            throw new SdpProblem(attribute.line(), "the value of a=" + attribute.name() + " is malformed");
        }
        if (rule.once() && before != null && !before.value().equals(attribute.value())) {
            throw new SdpProblem(attribute.line(), "a=" + attribute.name() + " is given a second time, after line " + before.line());
        }
    }
}
