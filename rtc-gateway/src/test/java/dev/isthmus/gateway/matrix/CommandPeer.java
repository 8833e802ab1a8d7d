package dev.isthmus.gateway.matrix;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.isthmus.ice.support.Command;

/** A peer in a process of its own, which is told what to do in lines of JSON. */
final class CommandPeer implements RealPeer {
    private static final int SECONDS = 120;
    private final Command process;

    CommandPeer(String... command) throws Exception {
        process = Command.talking(command);
    }

    private JsonElement ask(String op, Object... more) throws Exception {
        JsonObject question = new JsonObject();
        question.addProperty("op", op);
        for (int i = 0; i < more.length; i += 2) {
            question.add((String) more[i], new Gson().toJsonTree(more[i + 1]));
        }
        process.say(question.toString());
        String line = process.line(SECONDS, l -> l.startsWith("OK ") || l.startsWith("ERROR "));
        JsonElement value = JsonParser.parseString(line.substring(line.indexOf(' ') + 1));
        if (line.startsWith("ERROR ")) {
            throw new AssertionError("the peer says: " + value.getAsString());
        }
        return value;
    }

    @Override
    public void addAudio(int hertz) throws Exception {
        ask("audio", "hertz", hertz);
    }

    @Override
    public void addVideo(String codec) throws Exception {
        ask("video", "codec", codec);
    }

    @Override
    public void removeVideo() throws Exception {
        ask("remove");
    }

    @Override
    public void direct(String kind, String direction) throws Exception {
        ask("direct", "kind", kind, "direction", direction);
    }

    @Override
    public String offer(boolean iceRestart) throws Exception {
        return ask("offer", "iceRestart", iceRestart).getAsString();
    }

    @Override
    public String answer(String offer) throws Exception {
        return ask("answer", "sdp", offer).getAsString();
    }

    @Override
    public void accept(String answer) throws Exception {
        ask("accept", "sdp", answer);
    }

    @Override
    public void openChannel(boolean ordered, int maxRetransmits) throws Exception {
        ask("channel", "label", RealPeer.label(ordered), "ordered", ordered, "maxRetransmits", maxRetransmits);
    }

    @Override
    public void sendMessages(int count, int size) throws Exception {
        ask("send", "count", count, "size", size);
    }

    @Override
    public void closeChannel() throws Exception {
        ask("close");
    }

    @Override
    public String channelState() throws Exception {
        return ask("channelState").getAsJsonArray().get(0).getAsString();
    }

    @Override
    public int messages() throws Exception {
        var said = ask("channelState").getAsJsonArray();
        return said.get(2).getAsInt() > 0 ? -1 : said.get(1).getAsInt();
    }

    @Override
    public double frequency() throws Exception {
        return ask("frequency").getAsDouble();
    }

    @Override
    public int framesDecoded() throws Exception {
        return ask("frames").getAsInt();
    }

    @Override
    public void close() {
        process.close();
    }
}
