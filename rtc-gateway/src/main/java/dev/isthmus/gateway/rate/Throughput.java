package dev.isthmus.gateway.rate;

/** How much has arrived of late: bytes in a window that ends with the last arrival. Times in microseconds. */
final class Throughput {
    private static final int BUCKETS = 16;
    private static final long BUCKET = 16_000;
    private final long[] bytes = new long[BUCKETS];
    private long newest = Long.MIN_VALUE;
    private long oldest = Long.MAX_VALUE;
    private boolean full;

    void onArrival(long micros, int size) {
        long bucket = Math.floorDiv(micros, BUCKET);
        if (newest == Long.MIN_VALUE) {
            newest = bucket;
            oldest = bucket;
        }
        if (bucket <= newest - BUCKETS) {
            return; // long ago
        }
        for (long each = newest + 1; each <= bucket && each <= newest + BUCKETS; each++) {
            bytes[(int) Math.floorMod(each, BUCKETS)] = 0;
        }
        newest = Math.max(newest, bucket);
        full |= newest - oldest >= BUCKETS;
        bytes[(int) Math.floorMod(bucket, BUCKETS)] += size;
    }

    /** Returns the bits a second, or 0 before there is a whole window. */
    long bitsPerSecond() {
        if (!full) {
            return 0;
        }
        long sum = 0;
        for (long each : bytes) {
            sum += each;
        }
        return sum * 8 * 1_000_000 / (BUCKETS * BUCKET);
    }
}
