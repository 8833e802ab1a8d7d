package dev.isthmus.ice.support;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Measures sound: which frequency is the loudest. */
public final class Sound {
    private Sound() {}

    /** Returns the loudest frequency in Hz of a mono 16-bit WAV file, in steps of 10 Hz, after its first half second; 0 for silence. */
    public static int loudest(Path wav) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(wav)).order(ByteOrder.LITTLE_ENDIAN);
        int rate = file.getInt(24);
        int data = 12;
        while (file.getInt(data) != 0x61746164) { // "data"
            data += 8 + file.getInt(data + 4);
        }
        int first = data + 8 + rate; // half a second of two-byte samples
        int count = Math.min((file.capacity() - first) / 2, rate * 2);
        int best = 0;
        double loudest = 0;
        for (int frequency = 100; frequency < 4000; frequency += 10) {
            double power = goertzel(file, first, count, 2 * Math.PI * frequency / rate);
            if (power > loudest) {
                loudest = power;
                best = frequency;
            }
        }
        return loudest / count / count < 100 ? 0 : best;
    }

    private static double goertzel(ByteBuffer samples, int first, int count, double step) {
        double factor = 2 * Math.cos(step);
        double before = 0;
        double beforeThat = 0;
        for (int i = 0; i < count; i++) {
            double now = samples.getShort(first + 2 * i) + factor * before - beforeThat;
            beforeThat = before;
            before = now;
        }
        return before * before + beforeThat * beforeThat - factor * before * beforeThat;
    }
}
