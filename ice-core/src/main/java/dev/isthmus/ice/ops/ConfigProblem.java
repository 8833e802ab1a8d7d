package dev.isthmus.ice.ops;

/** A wrong configuration or option. The message is one line that names the key, the file and the line. The process ends with code 2. */
public final class ConfigProblem extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Creates one with its line. */
    public ConfigProblem(String message) {
        super(message);
    }
}
