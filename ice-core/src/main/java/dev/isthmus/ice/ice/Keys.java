package dev.isthmus.ice.ice;

import dev.isthmus.ice.ice.CheckSender.Generation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The credentials of both sides: those of this generation, and ours of the one before while its pair carries media (RFC 8445, section 9). */
final class Keys {
    private IceCredentials local;
    private @Nullable IceCredentials previous;
    private @Nullable IceCredentials remote;

    Keys(IceCredentials local) {
        this.local = local;
    }

    /** Begins a new generation, whose remote half is not known yet. */
    void restart(IceCredentials newLocal, @Nullable Generation carrying) {
        previous = carrying == null ? local : carrying.local();
        local = newLocal;
        remote = null;
    }

    /** A pair of this generation carries media. */
    void forgetPrevious() {
        previous = null;
    }

    void remote(IceCredentials credentials) {
        remote = credentials;
    }

    boolean hasRemote() {
        return remote != null;
    }

    IceCredentials local() {
        return local;
    }

    /** Returns the credentials of both sides, or null before the peer's are known. */
    @Nullable
    Generation generation() {
        IceCredentials peer = remote;
        return peer == null ? null : new Generation(local, peer);
    }

    /** Returns our credentials that a check's USERNAME names, or null. */
    @Nullable
    IceCredentials named(String username) {
        int colon = username.indexOf(':');
        String ufrag = colon < 0 ? username : username.substring(0, colon);
        if (ufrag.equals(local.ufrag())) {
            return local;
        }
        IceCredentials before = previous;
        return before != null && ufrag.equals(before.ufrag()) ? before : null;
    }

    List<String> liveUfrags() {
        IceCredentials before = previous;
        return before == null ? List.of(local.ufrag()) : List.of(local.ufrag(), before.ufrag());
    }

    String remoteUfrag() {
        IceCredentials peer = remote;
        return peer == null ? "" : peer.ufrag();
    }
}
