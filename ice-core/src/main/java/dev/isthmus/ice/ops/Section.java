package dev.isthmus.ice.ops;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import dev.isthmus.ice.net.TransportAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One object of the configuration while it is read. It remembers which keys were asked for, so that {@link #finish} can refuse the others, and
 * the effective values, so that {@code --check} can print them. Every refusal names key, file and line.
 */
public final class Section {
    /** What a secret of the REST mechanism may be hashed with. */
    public static final List<String> REST_HASHES = List.of("sha1", "sha256");

    private final String path;
    private final @Nullable ConfigObject object;
    private final Map<String, String> effective;
    private final Set<String> asked = new LinkedHashSet<>();
    private final List<Section> children = new ArrayList<>();

    private Section(String path, @Nullable ConfigObject object, Map<String, String> effective) {
        this.path = path;
        this.object = object;
        this.effective = effective;
    }

    /** Returns the section that holds everything. */
    public static Section root(ConfigObject object) {
        return new Section("", object, new LinkedHashMap<>());
    }

    private String full(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private @Nullable ConfigValue value(String key) {
        asked.add(key);
        ConfigValue v = object == null ? null : object.get(key);
        return v == null || v.valueType() == ConfigValueType.NULL ? null : v;
    }

    /** Returns whether the key has a value. */
    public boolean has(String key) {
        return value(key) != null;
    }

    private static String where(ConfigOrigin origin) {
        String file = origin.filename() == null ? origin.description() : origin.filename();
        return origin.lineNumber() > 0 && origin.filename() != null ? file + ":" + origin.lineNumber() : file;
    }

    /** Returns the refusal of a key's value. */
    public ConfigProblem problem(String key, String what) {
        ConfigValue v = object == null ? null : object.get(key);
        String at = v == null ? object == null ? "configuration" : where(object.origin()) : where(v.origin());
        return new ConfigProblem(at + ": " + full(key) + ": " + what);
    }

    private ConfigProblem wrongType(String key, ConfigValue v, String wanted) {
        return problem(key, "is " + v.valueType().name().toLowerCase(java.util.Locale.ROOT) + ", must be " + wanted);
    }

    private String scalar(String key, ConfigValue v, String wanted) {
        if (v.valueType() == ConfigValueType.OBJECT || v.valueType() == ConfigValueType.LIST) {
            throw wrongType(key, v, wanted);
        }
        return String.valueOf(v.unwrapped());
    }

    /** Returns a text. */
    public String text(String key, String missing) {
        ConfigValue v = value(key);
        String text = v == null ? missing : scalar(key, v, "a string");
        effective.put(full(key), "\"" + text + "\"");
        return text;
    }

    /** Returns a whole number inside bounds. */
    public int integer(String key, int missing, int least, int most) {
        ConfigValue v = value(key);
        String text = v == null ? Integer.toString(missing) : scalar(key, v, "a number");
        if (!text.matches("-?\\d{1,10}") || Long.parseLong(text) < least || Long.parseLong(text) > most) {
            throw problem(key, "is " + text + ", must be a whole number from " + least + " to " + most);
        }
        effective.put(full(key), text);
        return Integer.parseInt(text);
    }

    /** Returns true or false. */
    public boolean bool(String key, boolean missing) {
        ConfigValue v = value(key);
        String text = v == null ? Boolean.toString(missing) : scalar(key, v, "true or false");
        if (!text.matches("true|false|yes|no|on|off")) {
            throw problem(key, "is " + text + ", must be true or false");
        }
        effective.put(full(key), text);
        return text.matches("true|yes|on");
    }

    /** Returns one of several words. */
    public String choice(String key, String missing, List<String> words) {
        String word = text(key, missing);
        if (!words.contains(word)) {
            throw problem(key, "is \"" + word + "\", must be one of " + String.join(", ", words));
        }
        return word;
    }

    /** Returns a list of texts. */
    public List<String> texts(String key, List<String> missing) {
        ConfigValue v = value(key);
        List<String> found = new ArrayList<>();
        if (v == null) {
            found.addAll(missing);
        } else if (v instanceof ConfigList list) {
            list.forEach(item -> found.add(scalar(key, item, "a list of strings")));
        } else {
            throw wrongType(key, v, "a list");
        }
        effective.put(full(key), found.stream().map(s -> "\"" + s + "\"").toList().toString());
        return found;
    }

    /** Returns a numeric address with a port. */
    public @Nullable TransportAddress addressAndPort(String key) {
        if (!has(key)) {
            return null;
        }
        String text = text(key, "");
        TransportAddress address = TransportAddress.parse(text);
        if (address == null) {
            throw problem(key, "is \"" + text + "\", must be a numeric address with a port, like 127.0.0.1:5004");
        }
        return address;
    }

    /** An address to bind to and the address that others are told. */
    public record Advertised(TransportAddress bind, TransportAddress advertise) {}

    private Advertised advertised(String key, ConfigValue v) {
        if (v instanceof ConfigObject o) {
            Section inner = new Section(full(key), o, effective);
            TransportAddress bind = host(key, inner.text("bind", ""));
            TransportAddress advertise = host(key, inner.text("advertise", bind.host()));
            inner.finish();
            return new Advertised(bind, advertise);
        }
        TransportAddress both = host(key, scalar(key, v, "an address"));
        return new Advertised(both, both);
    }

    private TransportAddress host(String key, String text) {
        TransportAddress address = TransportAddress.parse(text, 0);
        if (address == null) {
            throw problem(key, "has \"" + text + "\", must be a numeric IP address");
        }
        return address;
    }

    /** Returns an address that is a string or {@code { bind, advertise }}. */
    public Advertised address(String key, String missing) {
        ConfigValue v = value(key);
        Advertised found = v == null ? new Advertised(host(key, missing), host(key, missing)) : advertised(key, v);
        effective.put(full(key), "\"" + found.bind().host() + "\"");
        return found;
    }

    /** Returns a list of addresses, each a string or {@code { bind, advertise }}. */
    public List<Advertised> addresses(String key, List<String> missing) {
        ConfigValue v = value(key);
        List<Advertised> found = new ArrayList<>();
        if (v == null) {
            missing.forEach(m -> found.add(new Advertised(host(key, m), host(key, m))));
        } else if (v instanceof ConfigList list) {
            list.forEach(item -> found.add(advertised(key, item)));
        } else {
            throw wrongType(key, v, "a list of addresses");
        }
        if (found.isEmpty()) {
            throw problem(key, "is empty, must name at least one address");
        }
        effective.put(full(key), found.stream().map(a -> "\"" + a.bind().host() + "\"").toList().toString());
        return found;
    }

    /** Returns a range of ports written {@code first-last}. */
    public int[] ports(String key, String missing) {
        String text = text(key, missing);
        if (!text.matches("\\d{1,5}-\\d{1,5}")) {
            throw problem(key, "is \"" + text + "\", must be a range of ports like 49152-65535");
        }
        String[] ends = text.split("-");
        int first = Integer.parseInt(ends[0]);
        int last = Integer.parseInt(ends[1]);
        if (first < 1 || last > 65535 || first > last) {
            throw problem(key, "is \"" + text + "\", must be a range of ports from 1 to 65535, the lower first");
        }
        return new int[]{first, last};
    }

    private Secret secret(String key, ConfigValue v, List<String> hashes) {
        if (!(v instanceof ConfigObject o)) {
            return new Secret("", scalar(key, v, "a secret"), hashes.get(0));
        }
        Section inner = new Section(full(key), o, new LinkedHashMap<>());
        String id = inner.text("id", "");
        String hash = inner.choice("hash", hashes.get(0), hashes);
        String value = inner.text("value", "");
        String file = inner.text("file", "");
        String env = inner.text("env", "");
        inner.finish();
        if (!file.isEmpty()) {
            value = read(key, file);
        } else if (!env.isEmpty()) {
            value = System.getenv().getOrDefault(env, "");
        }
        if (value.isEmpty()) {
            throw problem(key, "is an empty secret; give value, file or env");
        }
        return new Secret(id, value, hash);
    }

    private String read(String key, String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw problem(key, "cannot read the secret file " + file);
        }
    }

    /** Returns a secret that is a string or {@code { id, value | file | env, hash }}, or null. */
    public @Nullable Secret secret(String key) {
        ConfigValue v = value(key);
        effective.put(full(key), v == null ? "null" : "****");
        return v == null ? null : secret(key, v, REST_HASHES);
    }

    /** Returns a list of secrets, each with one of these hashes, the first of which is the default. */
    public List<Secret> secrets(String key, List<String> hashes) {
        ConfigValue v = value(key);
        List<Secret> found = new ArrayList<>();
        if (v instanceof ConfigList list) {
            list.forEach(item -> found.add(secret(key, item, hashes)));
        } else if (v != null) {
            throw wrongType(key, v, "a list of secrets");
        }
        effective.put(full(key), found.toString());
        return found;
    }

    /** Returns secrets by name, the names being the operator's, each with one of these hashes, the first of which is the default. */
    public Map<String, Secret> secretsByName(String key, List<String> hashes) {
        ConfigValue v = value(key);
        Map<String, Secret> found = new LinkedHashMap<>();
        if (v instanceof ConfigObject o) {
            o.forEach((name, item) -> found.put(name, secret(key + "." + name, item, hashes)));
        } else if (v != null) {
            throw wrongType(key, v, "an object of name = secret");
        }
        effective.put(full(key), found.toString());
        return found;
    }

    private Section child(String key, ConfigValue v) {
        if (!(v instanceof ConfigObject o)) {
            throw wrongType(key, v, "an object");
        }
        Section section = new Section(full(key), o, effective);
        children.add(section);
        return section;
    }

    /** Returns the section of a key; an absent one reads as empty. */
    public Section section(String key) {
        ConfigValue v = value(key);
        return v == null ? new Section(full(key), null, effective) : child(key, v);
    }

    /** Returns the sections of an object whose keys are the operator's names, by name: what is written in a file has no order. */
    public Map<String, Section> sectionsByName(String key) {
        Section outer = section(key);
        Map<String, Section> found = new LinkedHashMap<>();
        if (outer.object != null) {
            new TreeMap<>(outer.object).forEach((name, item) -> {
                outer.asked.add(name);
                found.put(name, outer.child(name, item));
            });
        }
        return found;
    }

    /** Returns the sections of a list, or null when the key is absent. */
    public @Nullable List<Section> sections(String key) {
        ConfigValue v = value(key);
        if (v == null) {
            return null;
        }
        if (!(v instanceof ConfigList list)) {
            throw wrongType(key, v, "a list of objects");
        }
        List<Section> found = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            found.add(child(key + "[" + i + "]", list.get(i)));
        }
        return found;
    }

    /** Accepts whatever stands below a key: it belongs to another daemon. */
    public void ignore(String key) {
        asked.add(key);
    }

    /** Refuses the first key, here or below, that nobody asked for. */
    public void finish() {
        if (object != null) {
            for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
                if (!asked.contains(entry.getKey())) {
                    String nearest = Nearest.of(entry.getKey(), asked);
                    throw new ConfigProblem(where(entry.getValue().origin()) + ": unknown key " + full(entry.getKey())
                            + (nearest == null ? "" : "; the nearest known key is " + full(nearest)));
                }
            }
        }
        children.forEach(Section::finish);
    }

    /** Returns every value that is in effect, by its full key; secrets are hidden. */
    public Map<String, String> effective() {
        return effective;
    }
}
