package dev.isthmus.ice.net;

import dev.isthmus.ice.count.Reason;

/** What a loop's ports and rings count. */
public enum NetReason implements Reason {
    DATAGRAMS_IN("datagrams read from sockets"),
    DATAGRAMS_OUT("datagrams handed to the kernel"),
    TRAINS_IN("trains of datagrams that the kernel handed over as one (GRO)"),
    TRAINS_OUT("trains of datagrams handed to the kernel as one (segmentation offload)"),
    TRAINS_SPLIT("trains that a path could not take and that were sent one by one"),
    RECEIVE_TRUNCATED("datagrams longer than 2,048 bytes, or with more control data than there is room for, dropped"),
    SEND_TOO_LONG("datagrams longer than a send slot, dropped"),
    SEND_BUFFER_FULL("datagrams dropped because the socket's send buffer was full"),
    SEND_REFUSED("sends that failed twice with an error queued for another peer"),
    SEND_ERROR("datagrams that the kernel refused for another reason"),
    ICMP_ERRORS("errors read from the error queues of ports that ask for them"),
    RECEIVE_ERROR("failed reads of a socket"),
    RING_FULL("packets dropped because the ring to another loop was full"),
    RING_TOO_LONG("packets longer than a ring slot, dropped"),
    RING_PACKETS("packets handed over through a ring"),
    TURN_SLOW_IO("turns of over 1 ms spent on reading sockets, handling and sending"),
    TURN_SLOW_RING("turns of over 1 ms spent on rings"),
    TURN_SLOW_TIMER("turns of over 1 ms spent on timers"),
    TURN_SLOW_TASK("tasks of over 1 ms"),
    TASK_FAILED("tasks or handlers that threw: each is a bug of ours");

    private final String description;

    NetReason(String description) {
        this.description = description;
    }

    @Override
    public String description() {
        return description;
    }
}
