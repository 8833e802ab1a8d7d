package dev.isthmus.gateway.matrix;

import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Peers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Headless Firefox, with a sound server of its own: without one its AudioContext stands still. */
final class FirefoxPeer extends BrowserPeer {
    private static final String PREFERENCES = """
            user_pref("media.peerconnection.ice.loopback", true);
            user_pref("media.peerconnection.ice.obfuscate_host_addresses", false);
            user_pref("media.autoplay.default", 0);
            user_pref("media.autoplay.blocking_policy", 0);
            user_pref("datareporting.policy.dataSubmissionEnabled", false);
            user_pref("toolkit.telemetry.enabled", false);
            user_pref("app.update.enabled", false);
            user_pref("browser.shell.checkDefaultBrowser", false);
            user_pref("browser.aboutwelcome.enabled", false);
            user_pref("network.captive-portal-service.enabled", false);
            user_pref("network.connectivity-service.enabled", false);
            user_pref("services.settings.server", "http://127.0.0.1:9/");
            """;
    private final ScriptedPage page;
    private final Command sound;
    private final Command firefox;

    /** Starts it, with all that it keeps in a folder. */
    FirefoxPeer(Path folder) throws Exception {
        Peers.command("firefox-esr", "firefox-esr");
        Peers.command("pulseaudio", "pulseaudio");
        Path socket = folder.resolve("sound");
        sound = Command.start(Map.of("HOME", folder.toString(), "XDG_RUNTIME_DIR", folder.toString()), "pulseaudio", "-n",
                "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "-L", "module-null-sink", "-L",
                "module-native-protocol-unix auth-anonymous=1 socket=" + socket);
        Path profile = Files.createDirectory(folder.resolve("profile"));
        Files.writeString(profile.resolve("user.js"), PREFERENCES);
        page = new ScriptedPage(Path.of("src/test/peers/browser_peer.js"));
        firefox = Command.start(Map.of("PULSE_SERVER", "unix:" + socket), "firefox-esr", "--headless", "--no-remote", "--profile",
                profile.toString(), page.address());
        evaluate("peer.open({})");
    }

    @Override
    Object evaluate(String expression) throws Exception {
        return page.evaluate(expression);
    }

    @Override
    public void close() throws Exception {
        firefox.close();
        page.close();
        sound.close();
    }
}
