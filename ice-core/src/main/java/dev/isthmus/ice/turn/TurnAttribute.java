package dev.isthmus.ice.turn;

/** Methods and attribute types of TURN (RFC 8656, sections 17 and 18, and of its extensions). */
public final class TurnAttribute {
    public static final int METHOD_ALLOCATE = 0x003;
    public static final int METHOD_REFRESH = 0x004;
    public static final int METHOD_SEND = 0x006;
    public static final int METHOD_DATA = 0x007;
    public static final int METHOD_CREATE_PERMISSION = 0x008;
    public static final int METHOD_CHANNEL_BIND = 0x009;
    /** RFC 6062, section 6.1. */
    public static final int METHOD_CONNECT = 0x00A;
    public static final int METHOD_CONNECTION_BIND = 0x00B;
    public static final int METHOD_CONNECTION_ATTEMPT = 0x00C;

    public static final int CHANNEL_NUMBER = 0x000C;
    public static final int LIFETIME = 0x000D;
    public static final int XOR_PEER_ADDRESS = 0x0012;
    public static final int DATA = 0x0013;
    public static final int XOR_RELAYED_ADDRESS = 0x0016;
    public static final int REQUESTED_ADDRESS_FAMILY = 0x0017;
    public static final int EVEN_PORT = 0x0018;
    public static final int REQUESTED_TRANSPORT = 0x0019;
    public static final int DONT_FRAGMENT = 0x001A;
    public static final int RESERVATION_TOKEN = 0x0022;
    /** RFC 6062, section 6.2. */
    public static final int CONNECTION_ID = 0x002A;
    public static final int ADDITIONAL_ADDRESS_FAMILY = 0x8000;
    public static final int ADDRESS_ERROR_CODE = 0x8001;
    public static final int ICMP = 0x8004;

    /** RFC 8016, section 4. */
    public static final int MOBILITY_TICKET = 0x8030;

    public static final int TRANSPORT_TCP = 6;
    public static final int TRANSPORT_UDP = 17;
    public static final int FAMILY_IPV4 = 1;
    public static final int FAMILY_IPV6 = 2;

    private TurnAttribute() {}
}
