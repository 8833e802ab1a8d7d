package dev.isthmus.gateway.ops;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.gateway.bridge.DataEndpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.isthmus.gateway.app.GatewayDaemon;
import dev.isthmus.gateway.bridge.Endpoint;
import dev.isthmus.ice.ops.ConfigLoader;
import dev.isthmus.ice.ops.ConfigProblem;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class GatewaySettingsTest {
    private static GatewaySettings read(String... settings) {
        return new GatewayDaemon().configure(ConfigLoader.load(null, List.of(settings)));
    }

    @Test
    void withNothingConfiguredEverythingIsOnLoopback() {
        GatewaySettings settings = read();
        assertThat(settings.http().isLoopback()).isTrue();
        assertThat(settings.media()).allMatch(a -> a.bind().isLoopback());
        assertThat(settings.plainAddresses()).allMatch(a -> a.isLoopback());
        assertThat(Objects.requireNonNull(settings.turn()).bindAddresses()).allMatch(a -> a.isLoopback());
        assertThat(Objects.requireNonNull(settings.turn()).hasUsers()).isFalse();
        assertThat(settings.endpoints()).containsOnlyKeys("echo");
    }

    @Test
    void beyondLoopbackATokenIsDemanded() {
        assertThatThrownBy(() -> read("isthmus.gateway.http.address=0.0.0.0")).isInstanceOf(ConfigProblem.class)
                .hasMessageContaining("isthmus.gateway.http.token");
        assertThat(read("isthmus.gateway.http.address=0.0.0.0", "isthmus.gateway.http.token=t").token()).isNotNull();
    }

    @Test
    void theEndpointOfTheContract() {
        GatewaySettings settings = read("isthmus.gateway.endpoints.phone={send=\"127.0.0.1:5004\", listen=5006, source=signalled,"
                + "codecs=[{name=opus,pt=111},{name=VP8,pt=96}], rtcp=next}");
        Endpoint phone = Objects.requireNonNull(settings.endpoints().get("phone"));
        assertThat(phone.oneCallAtATime()).isTrue();
        assertThat(phone.sessions()).hasSize(1);
        assertThat(phone.sessions().get(0).kinds()).containsExactly("audio", "video");
        assertThat(phone.sessions().get(0).rtcp()).isEqualTo(Endpoint.RtcpPort.NEXT);
    }

    @Test
    void wrongEndpointsAreRefusedByKey() {
        assertThatThrownBy(() -> read("isthmus.gateway.endpoints.a={}")).hasMessageContaining("endpoints.a");
        assertThatThrownBy(() -> read("isthmus.gateway.endpoints.a={send=\"host:1\"}")).hasMessageContaining("endpoints.a.send");
        assertThatThrownBy(() -> read("isthmus.gateway.endpoints.a={send=\"127.0.0.1:1\",lissen=4}"))
                .hasMessageContaining(
                        "unknown key isthmus.gateway.endpoints.a.lissen; the nearest known key is isthmus.gateway.endpoints.a.listen");
        assertThatThrownBy(() -> read("isthmus.gateway.endpoints.a={send=\"127.0.0.1:1\",codecs=[{name=G729}]}"))
                .hasMessageContaining("must be one of opus");
    }

    @Test
    void dataChannelsGoToAnEndpointWithOrWithoutMedia() {
        GatewaySettings settings = read("isthmus.gateway.endpoints.robot={data={transport=tcp, send=\"127.0.0.1:7000\", framing=line}}",
                "isthmus.gateway.endpoints.phone={send=\"127.0.0.1:5004\", data={send=\"127.0.0.1:7001\"}}");
        Endpoint robot = Objects.requireNonNull(settings.endpoints().get("robot"));
        assertThat(robot.sessions()).isEmpty();
        assertThat(robot.data()).isEqualTo(new DataEndpoint(DataEndpoint.Transport.TCP, TransportAddress.ipv4(0x7f000001, 7000),
                DataEndpoint.Framing.LINE, true));
        Endpoint phone = Objects.requireNonNull(settings.endpoints().get("phone"));
        assertThat(phone.sessions()).hasSize(1);
        assertThat(Objects.requireNonNull(phone.data()).transport()).isEqualTo(DataEndpoint.Transport.UDP);
        assertThat(phone.data().text()).isFalse();
        assertThat(Objects.requireNonNull(settings.endpoints().get("echo")).data()).isEqualTo(DataEndpoint.ECHO_ITSELF);
        assertThatThrownBy(() -> read("isthmus.gateway.endpoints.a={data={transport=tcp}}")).hasMessageContaining("endpoints.a.data.send");
        assertThatThrownBy(() -> read("isthmus.gateway.endpoints.a={data={send=\"127.0.0.1:1\",framing=line}}"))
                .hasMessageContaining("endpoints.a.data.framing");
        assertThatThrownBy(() -> read("isthmus.gateway.endpoints.a={data={send=\"127.0.0.1:1\",transport=sctp}}"))
                .hasMessageContaining("endpoints.a.data.transport");
    }
}
