package dev.isthmus.gateway.support;

import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import dev.isthmus.ice.support.Peers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Headless Chromium on the gateway's page. */
public final class Browser implements AutoCloseable {
    private static final double TIMEOUT = 30_000;
    private final Playwright playwright;
    private final com.microsoft.playwright.Browser chromium;
    private final Page page;

    private Browser(Playwright playwright, com.microsoft.playwright.Browser chromium, Page page) {
        this.playwright = playwright;
        this.chromium = chromium;
        this.page = page;
    }

    /** Opens the page and waits for its list of endpoints. */
    public static Browser open(Gateway gateway) {
        Peers.command("chromium", "chromium");
        Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        com.microsoft.playwright.Browser chromium = playwright.chromium()
                .launch(new BrowserType.LaunchOptions().setExecutablePath(Path.of("/usr/bin/chromium")).setHeadless(true)
                        .setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                                "--autoplay-policy=no-user-gesture-required")));
        Page page = chromium.newPage();
        page.navigate(gateway.page());
        page.waitForFunction("document.querySelector('#endpoint').options.length > 0");
        return new Browser(playwright, chromium, page);
    }

    /** Calls an endpoint with the test picture and tone, and waits until media can flow. */
    public void call(String endpoint) {
        page.selectOption("#endpoint", endpoint);
        page.click("#call");
        await("isthmus.error || isthmus.state && isthmus.state.dtls.state === 'connected'");
        if (evaluate("isthmus.error") instanceof String error) {
            throw new AssertionError("the page says: " + error);
        }
    }

    /** Waits until an expression of the page is true. */
    public void await(String expression) {
        try {
            page.waitForFunction("() => { return " + expression + "; }", null, new Page.WaitForFunctionOptions().setTimeout(TIMEOUT));
        } catch (com.microsoft.playwright.TimeoutError e) {
            throw new AssertionError("never true: " + expression + "\n" + evaluate("JSON.stringify(isthmus, (k, v) => k === 'pc' ? 0 : v)"),
                    e);
        }
    }

    public Object evaluate(String expression) {
        return page.evaluate(expression);
    }

    public void hangUp() {
        page.click("#hangup");
        await("document.querySelector('#call').disabled === false");
    }

    @Override
    public void close() {
        chromium.close();
        playwright.close();
    }
}
