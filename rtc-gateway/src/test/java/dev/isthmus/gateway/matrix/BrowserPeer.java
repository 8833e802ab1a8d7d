package dev.isthmus.gateway.matrix;

import com.google.gson.Gson;

/** A browser whose page holds the peer of {@code browser_peer.js}. */
abstract class BrowserPeer implements RealPeer {
    private static final Gson JSON = new Gson();

    /** Returns what an expression of the page is worth; a promise is waited for. */
    abstract Object evaluate(String expression) throws Exception;

    /** Calls a method of the page's peer. */
    private Object call(String method, Object... arguments) throws Exception {
        String list = JSON.toJson(arguments);
        return evaluate("peer." + method + "(" + list.substring(1, list.length() - 1) + ")");
    }

    @Override
    public void addAudio(int hertz) throws Exception {
        call("addAudio", hertz);
    }

    @Override
    public void addVideo(String codec) throws Exception {
        call("addVideo", "video/" + codec);
    }

    @Override
    public void removeVideo() throws Exception {
        call("removeVideo");
    }

    @Override
    public void direct(String kind, String direction) throws Exception {
        call("direct", kind, direction);
    }

    @Override
    public String offer(boolean iceRestart) throws Exception {
        return (String) call("offer", new Options(iceRestart));
    }

    private record Options(boolean iceRestart) {}

    @Override
    public String answer(String offer) throws Exception {
        return (String) call("answer", offer);
    }

    @Override
    public void accept(String answer) throws Exception {
        call("accept", answer);
    }

    /** Takes its offer back. */
    void rollback() throws Exception {
        call("rollback");
    }

    @Override
    public void openChannel(boolean ordered, int maxRetransmits) throws Exception {
        call("openChannel", RealPeer.label(ordered), ordered, maxRetransmits);
    }

    @Override
    public void sendMessages(int count, int size) throws Exception {
        call("sendMessages", count, size);
    }

    @Override
    public void closeChannel() throws Exception {
        call("closeChannel");
    }

    @Override
    public String channelState() throws Exception {
        return String.valueOf(evaluate("peer.state.channel"));
    }

    @Override
    public int messages() throws Exception {
        return ((Number) evaluate("peer.state.unsound ? -1 : peer.state.messages")).intValue();
    }

    @Override
    public double frequency() throws Exception {
        return ((Number) evaluate("peer.state.frequency")).doubleValue();
    }

    @Override
    public int framesDecoded() throws Exception {
        return ((Number) evaluate("peer.state.framesDecoded")).intValue();
    }
}
