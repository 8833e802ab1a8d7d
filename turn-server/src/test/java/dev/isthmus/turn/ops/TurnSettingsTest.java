package dev.isthmus.turn.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.isthmus.ice.ops.ConfigLoader;
import dev.isthmus.ice.ops.ConfigProblem;
import dev.isthmus.ice.ops.Section;
import dev.isthmus.turn.support.Certificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A configuration that cannot work is refused before anything is opened, with the key that is wrong. */
class TurnSettingsTest {
    private static TurnSettings read(String... settings) {
        List<String> all = new ArrayList<>();
        for (String setting : settings) {
            all.add("isthmus.turn." + setting);
        }
        Section root = ConfigLoader.load(null, all);
        TurnSettings read = TurnSettings.read(root.section("isthmus").section("turn"));
        root.finish();
        return read;
    }

    private static void refused(String key, String why, String... settings) {
        assertThatThrownBy(() -> read(settings)).isInstanceOf(ConfigProblem.class).hasMessageContaining(key).hasMessageContaining(why);
    }

    @Test
    void whatCannotWorkIsRefused() {
        refused("listeners", "empty", "listeners=[]");
        refused("listeners", "twice", "listeners=[{transport=tcp},{transport=tcp}]");
        refused("listeners", "twice", "listeners=[{},{}]");
        refused("certificate", "missing", "listeners=[{transport=tls}]");
        refused("relay.default-family", "none of that family", "relay.default-family=ipv6");
        refused("relay.addresses", "wildcard", "relay.addresses=[{bind=\"0.0.0.0\",advertise=\"192.0.2.1\"}]");
        refused("relay.addresses", "another family", "relay.addresses=[{bind=\"10.0.0.1\",advertise=\"2001:db8::1\"}]");
        refused("peers.rules", "must be like", "peers.rules=[\"permit 10.0.0.0/8\"]");
        refused("auth.password-algorithms", "leaves none", "auth.password-algorithms=[\"SHA-256\"]",
                "auth.users={a={value=\"00112233445566778899aabbccddeeff\",hash=md5}}");
        refused("auth.users", "64 hexadecimal digits", "auth.users={a={value=abc,hash=sha256}}");
        refused("nat-discovery.alternate", "different in both", "nat-discovery.primary=\"192.0.2.1:3478\"",
                "nat-discovery.alternate=\"192.0.2.2:3478\"");
        refused("alternate-servers", "192.0.2.9:3478", "alternate-servers=[\"example.org\"]");
        assertThat(read().listeners()).hasSize(1);
        assertThat(read("nat-discovery.primary=\"192.0.2.1:3478\"", "nat-discovery.alternate=\"192.0.2.2:3479\"").listeners()).hasSize(5);
    }

    @Test
    void aCertificateMustHaveItsOwnKey(@TempDir Path folder) throws Exception {
        Certificate one = Certificate.make(Files.createDirectory(folder.resolve("one")));
        Certificate two = Certificate.make(Files.createDirectory(folder.resolve("two")));
        assertThat(read("listeners=[{transport=tls," + one.settings() + "}]").streams()).hasSize(1);
        String mixed = "certificate=\"" + one.certificate() + "\",key=\"" + two.key() + "\"";
        refused("certificate", "not the certificate's", "listeners=[{transport=tls," + mixed + "}]");
        String none = "certificate=\"" + folder.resolve("nope") + "\",key=\"" + two.key() + "\"";
        refused("certificate", "cannot read the file", "listeners=[{transport=tls," + none + "}]");
    }
}
