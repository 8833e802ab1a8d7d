package dev.isthmus.turn.natlab;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.isthmus.ice.sdp.IceDescription;
import dev.isthmus.ice.mdns.MdnsReason;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.SessionReason;
import dev.isthmus.ice.session.net.SessionLoop;
import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Peers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Headless Chromium behind NATs, against our agent: its page says when ICE is connected, and its first DTLS flight arrives. */
class ChromiumLabIT {
    private static final String PAGE = """
            <!doctype html><title>lab</title><script>
            const post = (path, body) => fetch(path, { method: 'POST', body }).then(r => r.text());
            (async () => {
              const pc = new RTCPeerConnection({ iceServers: [{ urls: ['stun:SERVER', 'turn:SERVER', 'turn:SERVER?transport=tcp'],
                                                               username: 'alice', credential: 'secret' }] });
              pc.createDataChannel('test');
              pc.oniceconnectionstatechange = () => post('/state', pc.iceConnectionState);
              await pc.setLocalDescription(await pc.createOffer());
              await new Promise(done => pc.onicecandidate = e => e.candidate || done());
              await pc.setRemoteDescription({ type: 'answer', sdp: await post('/offer', pc.localDescription.sdp) });
            })().catch(e => post('/state', 'failed: ' + e));
            </script>
            """.replace("SERVER", NatLab.SERVER);
    private static final String ANSWER = """
            v=0
            o=- 1 1 IN IP4 127.0.0.1
            s=-
            t=0 0
            a=group:BUNDLE 0
            m=application 9 UDP/DTLS/SCTP webrtc-datachannel
            c=IN IP4 0.0.0.0
            a=mid:0
            a=setup:passive
            a=sctp-port:5000
            a=fingerprint:sha-256 %s
            """;
    private static NatLab lab;

    @BeforeAll
    static void build() throws Exception {
        Peers.command("chromium", "chromium");
        lab = new NatLab();
    }

    @AfterAll
    static void remove() throws Exception {
        if (lab != null) {
            lab.close();
        }
    }

    private static void answer(HttpExchange exchange, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String body(HttpExchange exchange) throws IOException {
        return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** A browser's offer, and what it is answered. */
    private record Offer(String sdp, CompletableFuture<String> answer) implements Signalling {
        @Override
        public Signalling.Description description() {
            IceDescription read = IceDescription.parse(sdp.lines().filter(l -> l.startsWith("a=")).map(l -> l.substring(2)).toList());
            return new Signalling.Description(Objects.requireNonNull(read.ufrag()), Objects.requireNonNull(read.password()),
                    read.candidates().stream().map(c -> c.toSdp()).toList());
        }

        @Override
        public void tell(Signalling.Description ours) {
            StringBuilder text = new StringBuilder(ANSWER.formatted("00:".repeat(31) + "00"));
            text.append("a=ice-ufrag:").append(ours.ufrag()).append("\na=ice-pwd:").append(ours.password()).append('\n');
            ours.candidates().forEach(c -> text.append("a=").append(c).append('\n'));
            answer.complete(text.toString().replace("\n", "\r\n"));
        }
    }

    private static SessionLoop.Options options(NatLab.Place place, String how) {
        SessionLoop.Options usual = SessionLoop.Options.of(false, IcePolicy.ALL, LabAgent.servers(place));
        return how.equals("tcp") ? usual.withTcp() : usual;
    }

    @ParameterizedTest
    @CsvSource({"OPEN, OPEN, plain", "OPEN, OPEN, mdns", "PORT_RESTRICTED, PORT_RESTRICTED, plain", "SYMMETRIC, PORT_RESTRICTED, plain",
            "FULL_CONE, SYMMETRIC, plain", "OPEN, UDP_BLOCKED, plain", "OPEN, UDP_BLOCKED, tcp"})
    void connects(Site ours, Site theirs, String how, @TempDir Path folder) throws Exception {
        NatLab.Place place = lab.place(theirs, 2);
        if (how.equals("mdns")) { // a browser that hides its addresses uses those of the default route only
            place.namespace().run("ip", "route", "replace", "default", "via", NatLab.SERVER);
        }
        CompletableFuture<Offer> offered = new CompletableFuture<>();
        CompletableFuture<String> connected = new CompletableFuture<>();
        HttpServer web = place.namespace().call(() -> {
            HttpServer made = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            made.setExecutor(Thread::startVirtualThread);
            made.createContext("/", exchange -> answer(exchange, "text/html", PAGE));
            made.createContext("/state", exchange -> {
                String state = body(exchange);
                if (state.equals("connected") || state.contains("failed")) {
                    connected.complete(state);
                }
                answer(exchange, "text/plain", "");
            });
            made.createContext("/offer", exchange -> {
                Offer offer = new Offer(body(exchange), new CompletableFuture<>());
                offered.complete(offer);
                answer(exchange, "application/sdp", offer.answer().join());
            });
            made.start();
            return made;
        });
        try (Command browser = Command.start("ip", "netns", "exec", place.namespace().name(), "chromium", "--headless=new", "--no-sandbox",
                "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync",
                how.equals("mdns") ? "--enable-features=WebRtcHideLocalIpsWithMdns" : "--disable-features=WebRtcHideLocalIpsWithMdns",
                "--user-data-dir=" + folder.resolve("profile"),
                "http://127.0.0.1:" + web.getAddress().getPort() + "/");
                LabAgent agent = new LabAgent(lab.place(ours, 1), options(lab.place(ours, 1), how))) {
            Offer offer = offered.get(60, TimeUnit.SECONDS);
            assertThat(offer.sdp().contains(".local ")).as(offer.sdp()).isEqualTo(how.equals("mdns"));
            agent.connect(offer);
            agent.connected();
            assertThat(connected.get(30, TimeUnit.SECONDS)).as(browser::output).isEqualTo("connected");
            assertThat(agent.firstByte()).isEqualTo(22); // a DTLS handshake record
            boolean relay = !Site.direct(ours, theirs) && !how.equals("tcp");
            assertThat(agent.endsAtRelay(relay)).isEqualTo(relay);
            assertThat(agent.selected().local().transport().isTcp()).isEqualTo(how.equals("tcp"));
            while (how.equals("mdns") && agent.count(MdnsReason.RESOLVED) + agent.count(MdnsReason.UNRESOLVED) == 0) {
                Thread.onSpinWait(); // the question has an end of its own
            }
            assertThat(agent.count(SessionReason.UNRESOLVED_NAME)).isZero();
            assertThat(agent.count(MdnsReason.RESOLVED)).isEqualTo(how.equals("mdns") ? 1 : 0);
        } finally {
            web.stop(0);
        }
    }
}
