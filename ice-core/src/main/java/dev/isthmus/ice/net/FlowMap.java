package dev.isthmus.ice.net;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A map from flow to what belongs to it, for the hot path: probing costs no object, an entry costs no node, and growing never touches more than
 * one stripe, so that a map of a million flows does not stall its loop. Keys are kept, not copied: a stored key must not change.
 */
public final class FlowMap<V> {
    private static final int STRIPE_BITS = 7;
    private static final int FIRST_SIZE = 4;

    /** The flows whose hashes begin alike: open addressing, linear probing, at most three quarters full. */
    private static final class Stripe {
        int[] hashes = new int[FIRST_SIZE];
        @Nullable
        AddressKey[] keys = new @Nullable AddressKey[FIRST_SIZE];
        @Nullable
        Object[] values = new @Nullable Object[FIRST_SIZE];
        int size;

        int find(AddressKey key, int hash) {
            int mask = hashes.length - 1;
            for (int i = hash & mask;; i = i + 1 & mask) {
                AddressKey candidate = keys[i];
                if (candidate == null || hashes[i] == hash && candidate.equals(key)) {
                    return i;
                }
            }
        }

        void grow() {
            int[] oldHashes = hashes;
            @Nullable
            AddressKey[] oldKeys = keys;
            @Nullable
            Object[] oldValues = values;
            hashes = new int[oldHashes.length * 2];
            keys = new @Nullable AddressKey[hashes.length];
            values = new @Nullable Object[hashes.length];
            for (int i = 0; i < oldHashes.length; i++) {
                AddressKey key = oldKeys[i];
                if (key != null) {
                    set(find(key, oldHashes[i]), key, oldHashes[i], oldValues[i]);
                }
            }
        }

        void set(int i, AddressKey key, int hash, @Nullable Object value) {
            hashes[i] = hash;
            keys[i] = key;
            values[i] = value;
        }

        /** Moves what was pushed past the hole back, so that no search ends there too early. */
        void close(int removed) {
            int mask = hashes.length - 1;
            int hole = removed;
            for (int i = hole + 1 & mask; keys[i] != null; i = i + 1 & mask) {
                if ((i - hashes[i] & mask) >= (i - hole & mask)) {
                    hashes[hole] = hashes[i];
                    keys[hole] = keys[i];
                    values[hole] = values[i];
                    hole = i;
                }
            }
            keys[hole] = null;
            values[hole] = null;
        }
    }

    private final @Nullable Stripe[] stripes = new @Nullable Stripe[1 << STRIPE_BITS];
    private int size;

    /** Creates an empty map. */
    public FlowMap() {}

    private static int stripe(long hash) {
        return (int) (hash >>> 64 - STRIPE_BITS);
    }

    /** Returns the value of a flow, or null. */
    @SuppressWarnings("unchecked")
    public @Nullable V get(AddressKey key) {
        long hash = key.hash();
        Stripe stripe = stripes[stripe(hash)];
        return stripe == null ? null : (V) stripe.values[stripe.find(key, (int) hash)];
    }

    /** Files a value under a flow, in place of another if there was one. */
    public void put(AddressKey key, V value) {
        long hash = key.hash();
        int index = stripe(hash);
        Stripe stripe = stripes[index];
        if (stripe == null) {
            stripe = new Stripe();
            stripes[index] = stripe;
        }
        int at = stripe.find(key, (int) hash);
        if (stripe.keys[at] != null) {
            stripe.values[at] = value;
            return;
        }
        if ((stripe.size + 1) * 4 > stripe.hashes.length * 3) {
            stripe.grow();
            at = stripe.find(key, (int) hash);
        }
        stripe.set(at, key, (int) hash, value);
        stripe.size++;
        size++;
    }

    /** Removes a flow if that value is filed under it; returns whether it was. */
    public boolean remove(AddressKey key, V value) {
        long hash = key.hash();
        Stripe stripe = stripes[stripe(hash)];
        if (stripe == null) {
            return false;
        }
        int at = stripe.find(key, (int) hash);
        if (stripe.values[at] != value) {
            return false;
        }
        stripe.close(at);
        stripe.size--;
        size--;
        return true;
    }

    /** Returns how many flows there are. */
    public int size() {
        return size;
    }

    /** Returns the values in no particular order, in a list of their own. */
    @SuppressWarnings("unchecked")
    public List<V> values() {
        List<V> all = new ArrayList<>(size);
        for (Stripe stripe : stripes) {
            if (stripe != null) {
                for (Object value : stripe.values) {
                    if (value != null) {
                        all.add((V) value);
                    }
                }
            }
        }
        return all;
    }
}
