package dev.isthmus.gateway.identity;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON as maps, lists, texts, numbers and booleans; it is read with limits, and no name may stand twice. */
final class JsonText {
    private static final int DEEPEST = 8;
    private static final int LONGEST = 65_536;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).maxDocumentLength(LONGEST).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private JsonText() {}

    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    /** Writes a text without any space. */
    static String write(Body body) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    /** Reads an object; returns null when the text is none. */
    static @Nullable Map<String, Object> object(String text) {
        try (JsonParser json = FACTORY.createParser(text)) {
            boolean is = json.nextToken() == JsonToken.START_OBJECT;
            Map<String, Object> read = is ? members(json) : null;
            return json.nextToken() == null ? read : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static Map<String, Object> members(JsonParser json) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            Object value = value(json);
            if (value != null) {
                all.put(name, value);
            }
        }
        return all;
    }

    private static @Nullable Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> members(json);
            case START_ARRAY -> {
                List<Object> all = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    Object value = value(json);
                    all.add(value == null ? "" : value);
                }
                yield all;
            }
            case VALUE_STRING -> json.getText();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getDoubleValue();
            case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
            default -> null;
        };
    }

    /** Returns a member that is a text, or null. */
    static @Nullable String text(@Nullable Object of, String name) {
        return of instanceof Map<?, ?> map && map.get(name) instanceof String text ? text : null;
    }

    /** Returns a member that is a list, or an empty list. */
    static List<?> list(@Nullable Object of, String name) {
        return of instanceof Map<?, ?> map && map.get(name) instanceof List<?> list ? list : List.of();
    }
}
