package dev.isthmus.gateway.matrix;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import dev.isthmus.ice.support.Peers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Headless Chromium. */
final class ChromiumPeer implements RealPeer {
    private final Playwright playwright;
    private final Browser chromium;
    final Page page;

    ChromiumPeer() {
        Peers.command("chromium", "chromium");
        playwright = Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        chromium = playwright.chromium()
                .launch(new BrowserType.LaunchOptions().setExecutablePath(Path.of("/usr/bin/chromium")).setHeadless(true)
                        .setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                                "--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection",
                                "--disable-features=WebRtcHideLocalIpsWithMdns")));
        page = chromium.newPage();
        page.addScriptTag(new Page.AddScriptTagOptions().setPath(Path.of("src/test/peers/browser_peer.js")));
        page.evaluate("peer.open({})");
    }

    @Override
    public void addAudio(int hertz) {
        page.evaluate("hertz => peer.addAudio(hertz)", hertz);
    }

    @Override
    public void addVideo(String codec) {
        page.evaluate("codec => peer.addVideo('video/' + codec)", codec);
    }

    @Override
    public String offer(boolean iceRestart) {
        return (String) page.evaluate("iceRestart => peer.offer({ iceRestart })", iceRestart);
    }

    @Override
    public String answer(String offer) {
        return (String) page.evaluate("sdp => peer.answer(sdp)", offer);
    }

    @Override
    public void accept(String answer) {
        page.evaluate("sdp => peer.accept(sdp)", answer);
    }

    @Override
    public double frequency() {
        return ((Number) page.evaluate("peer.state.frequency")).doubleValue();
    }

    @Override
    public int framesDecoded() {
        return ((Number) page.evaluate("peer.state.framesDecoded")).intValue();
    }

    @Override
    public void close() {
        chromium.close();
        playwright.close();
    }
}
