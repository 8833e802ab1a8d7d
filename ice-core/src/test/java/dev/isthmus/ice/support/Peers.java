package dev.isthmus.ice.support;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Real peers on this machine. A missing one skips its test with a line that says what to install, or fails it where all are required. */
public final class Peers {
    private Peers() {}

    /** Demands a command on the path. */
    public static void command(String command, String debianPackage) {
        for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(folder, command))) {
                return;
            }
        }
        missing(command, debianPackage);
    }

    /** Demands a module of the system's Python. */
    public static void pythonModule(String module, String debianPackage) throws Exception {
        command("python3", "python3");
        if (new ProcessBuilder("/usr/bin/python3", "-c", "import " + module).redirectErrorStream(true).start().waitFor() != 0) {
            missing("Python module " + module, debianPackage);
        }
    }

    /** Demands a package of npm, installed beside the scripts that use it. */
    public static void nodeModule(Path folder, String name) {
        command("node", "nodejs npm");
        if (!Files.isDirectory(folder.resolve("node_modules").resolve(name))) {
            unable("npm package " + name + " is missing: npm install --prefix rtc-gateway/src/test/peers");
        }
    }

    private static void missing(String what, String debianPackage) {
        unable(what + " is missing: apt-get install " + debianPackage);
    }

    /** Ends the test because this machine cannot run it: skipped, or failed where everything is required. */
    public static void unable(String message) {
        if (Boolean.getBoolean("interop.required")) {
            Assertions.fail(message);
        }
        Assumptions.abort(message);
    }

    /** Returns whether the long matrices are to run. */
    public static boolean full() {
        return Boolean.getBoolean("tests.full");
    }
}
