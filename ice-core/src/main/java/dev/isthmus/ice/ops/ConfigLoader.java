package dev.isthmus.ice.ops;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the HOCON file and the {@code --set} options, which win over it. */
public final class ConfigLoader {
    private ConfigLoader() {}

    /** Returns the merged configuration; throws {@link ConfigProblem} for what cannot be read. */
    public static Section load(@Nullable Path file, List<String> settings) {
        Config merged = ConfigFactory.empty();
        try {
            for (String setting : settings) {
                merged = set(setting).withFallback(merged);
            }
            if (file != null) {
                if (!Files.isReadable(file)) {
                    throw new ConfigProblem("cannot read the configuration file " + file);
                }
                merged = merged.withFallback(ConfigFactory.parseFile(file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false)));
            }
            return Section.root(merged.resolve(ConfigResolveOptions.defaults()).root());
        } catch (ConfigException e) {
            throw new ConfigProblem(oneLine(e));
        }
    }

    private static Config set(String setting) {
        if (setting.indexOf('=') < 1) {
            throw new ConfigProblem("--set " + setting + ": must be key=value");
        }
        return ConfigFactory.parseString(setting,
                ConfigParseOptions.defaults().setOriginDescription("--set " + setting.substring(0, setting.indexOf('='))));
    }

    private static String oneLine(ConfigException e) {
        return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    }
}
