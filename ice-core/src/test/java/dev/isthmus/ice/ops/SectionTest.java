package dev.isthmus.ice.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A wrong configuration is refused with the key, the file and the line. */
class SectionTest {
    @TempDir
    Path folder;

    private Section read(String text) throws Exception {
        Path file = folder.resolve("isthmus.conf");
        Files.writeString(file, text);
        return ConfigLoader.load(file, List.of());
    }

    @Test
    void anUnknownKeyNamesTheNearestOne() throws Exception {
        Section root = read("a {\n  port = 1\n  prot = 2\n}\n");
        Section a = root.section("a");
        a.integer("port", 0, 0, 10);
        a.text("host", "");
        assertThatThrownBy(root::finish).isInstanceOf(ConfigProblem.class)
                .hasMessage(folder.resolve("isthmus.conf") + ":3: unknown key a.prot; the nearest known key is a.port");
    }

    @Test
    void aValueOutsideItsBoundsNamesItsLine() throws Exception {
        Section root = read("\nport = 70000\n");
        assertThatThrownBy(() -> root.integer("port", 0, 0, 65535))
                .hasMessage(folder.resolve("isthmus.conf") + ":2: port: is 70000, must be a whole number from 0 to 65535");
    }

    @Test
    void settingsWinOverTheFile() throws Exception {
        Path file = folder.resolve("isthmus.conf");
        Files.writeString(file, "port = 1");
        assertThat(ConfigLoader.load(file, List.of("port=2", "port=3")).integer("port", 0, 0, 10)).isEqualTo(3);
    }

    @Test
    void secretsAreHiddenAndComeFromFilesToo() throws Exception {
        Path secret = folder.resolve("secret");
        Files.writeString(secret, "north\n");
        Section root = read("users { alice = swordfish, bob { file = \"" + secret + "\" } }");
        assertThat(root.secretsByName("users", List.of("none")).get("bob")).isEqualTo(new Secret("", "north", "none"));
        assertThat(root.effective().toString()).doesNotContain("swordfish").doesNotContain("north").contains("****");
    }

    @Test
    void brokenSyntaxIsOneLine() {
        assertThatThrownBy(() -> read("a {\n b = \n")).isInstanceOf(ConfigProblem.class).hasMessageContaining("isthmus.conf: 3")
                .message().doesNotContain("\n");
    }

    @Test
    void addressesMayBeAdvertised() throws Exception {
        Section root = read("addresses = [\"10.0.0.1\", { bind = \"10.0.0.2\", advertise = \"192.0.2.2\" }]");
        List<Section.Advertised> found = root.addresses("addresses", List.of());
        assertThat(found.get(0).advertise().host()).isEqualTo("10.0.0.1");
        assertThat(found.get(1).bind().host()).isEqualTo("10.0.0.2");
        assertThat(found.get(1).advertise().host()).isEqualTo("192.0.2.2");
    }
}
