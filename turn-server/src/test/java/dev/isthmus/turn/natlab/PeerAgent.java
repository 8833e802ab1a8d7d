package dev.isthmus.turn.natlab;

import dev.isthmus.ice.support.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Somebody else's ICE agent at a place of the lab: a script that speaks of itself in JSON and echoes what it gets. */
final class PeerAgent implements AutoCloseable, Signalling {
    private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");
    private final Command command;

    private static String json(Description d) {
        return "{\"ufrag\": \"" + d.ufrag() + "\", \"pwd\": \"" + d.password() + "\", \"candidates\": [\""
                + String.join("\", \"", d.candidates()) + "\"]}";
    }

    /** The scripts write ufrag, pwd and candidates in that order, and nothing that is escaped. */
    private static Description parse(String json) {
        List<String> texts = new ArrayList<>();
        for (Matcher m = TEXT.matcher(json); m.find();) {
            texts.add(m.group(1));
        }
        return new Description(texts.get(1), texts.get(3), List.copyOf(texts.subList(5, texts.size())));
    }

    /** Starts a script, whose name may be followed by a word for it. */
    PeerAgent(String script, NatLab.Place place, boolean controlling) throws Exception {
        String[] words = script.split(" ", 2);
        command = Command.talking("ip", "netns", "exec", place.namespace().name(), "/usr/bin/python3", "src/test/peers/" + words[0],
                controlling ? "controlling" : "controlled", NatLab.SERVER, "" + NatLab.PORT, place.host().host(),
                words.length == 1 ? "" : words[1]);
    }

    @Override
    public Description description() throws InterruptedException {
        return parse(command.line(30, line -> line.startsWith("{")));
    }

    @Override
    public void tell(Description ours) throws Exception {
        command.say(json(ours));
    }

    /** Returns when it has begun to check, in microseconds of the monotonic clock. */
    long began() throws InterruptedException {
        return Long.parseLong(command.line(40, line -> line.startsWith("began ")).substring("began ".length()));
    }

    /** Waits until it says that it is connected. */
    void connected() throws InterruptedException {
        command.line(40, line -> line.startsWith("connected "));
    }

    @Override
    public void close() {
        command.close();
    }
}
