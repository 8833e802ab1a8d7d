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
final class ChromiumPeer extends BrowserPeer {
    private final Playwright playwright;
    private final Browser chromium;
    private final Page page;

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
    Object evaluate(String expression) {
        return page.evaluate(expression);
    }

    @Override
    public void close() {
        chromium.close();
        playwright.close();
    }
}
