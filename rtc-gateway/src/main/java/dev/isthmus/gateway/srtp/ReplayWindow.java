package dev.isthmus.gateway.srtp;

/** Which of the last 128 indices came already (RFC 3711, section 3.3.2). Looked at before the tag is checked, moved only after it held. */
final class ReplayWindow {
    private static final int SIZE = 128;
    private long highest = -1;
    private long recent;
    private long older;

    boolean admits(long index) {
        long age = highest - index;
        if (age < 0) {
            return true;
        }
        if (age >= SIZE) {
            return false;
        }
        return age < 64 ? (recent >>> age & 1) == 0 : (older >>> age - 64 & 1) == 0;
    }

    void accept(long index) {
        if (index <= highest) {
            long age = highest - index;
            if (age < 64) {
                recent |= 1L << age;
            } else {
                older |= 1L << age - 64;
            }
            return;
        }
        long step = highest < 0 ? SIZE : index - highest;
        if (step >= SIZE) {
            older = 0;
            recent = 0;
        } else if (step >= 64) {
            older = recent << step - 64;
            recent = 0;
        } else {
            older = older << step | recent >>> 64 - step;
            recent <<= step;
        }
        recent |= 1;
        highest = index;
    }

    long highest() {
        return highest;
    }
}
