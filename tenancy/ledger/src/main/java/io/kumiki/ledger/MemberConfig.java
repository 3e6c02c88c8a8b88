package io.kumiki.ledger;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.spi.merge.DiscardMergePolicy;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperty;
import java.util.Map;

/// What a member is: no client port, no discovery that was not asked for, no Java serialization of foreign classes,
/// and time-outs short enough that a member which hangs is let go of within seconds.
final class MemberConfig {
    static final String MAP = "quota-ledger";

    private static final Map<HazelcastProperty, String> PROPERTIES = Map.ofEntries(
            Map.entry(ClusterProperty.PHONE_HOME_ENABLED, "false"),
            Map.entry(ClusterProperty.LOGGING_TYPE, "slf4j"),
            // The life cycle of the process stops members, in its order.
            Map.entry(ClusterProperty.SHUTDOWNHOOK_ENABLED, "false"),
            Map.entry(ClusterProperty.GRACEFUL_SHUTDOWN_MAX_WAIT, "5"),
            // One entry a quota tree: more partitions would only cost memory and start-up.
            Map.entry(ClusterProperty.PARTITION_COUNT, "31"),
            Map.entry(ClusterProperty.PARTITION_OPERATION_THREAD_COUNT, "2"),
            Map.entry(ClusterProperty.GENERIC_OPERATION_THREAD_COUNT, "2"),
            Map.entry(ClusterProperty.IO_THREAD_COUNT, "1"),
            Map.entry(ClusterProperty.HEARTBEAT_INTERVAL_SECONDS, "1"),
            Map.entry(ClusterProperty.MAX_NO_HEARTBEAT_SECONDS, "5"),
            Map.entry(ClusterProperty.OPERATION_CALL_TIMEOUT_MILLIS, "5000"),
            Map.entry(ClusterProperty.MERGE_FIRST_RUN_DELAY_SECONDS, "2"),
            Map.entry(ClusterProperty.MERGE_NEXT_RUN_DELAY_SECONDS, "2"));

    private MemberConfig() {}

    static Config of(LedgerSettings settings) {
        Config config = new Config();
        config.setClusterName(settings.clusterName());
        PROPERTIES.forEach((property, value) -> config.setProperty(property.getName(), value));
        config.getJetConfig().setEnabled(false);
        network(config.getAdvancedNetworkConfig(), settings);
        config.getSerializationConfig().setJavaSerializationFilterConfig(filter());
        config.getSerializationConfig()
                .getCompactSerializationConfig()
                .addSerializer(new EntryFormat())
                .addSerializer(new PutIfNewer.Format());
        config.addMapConfig(new MapConfig(MAP)
                // Entry processors would otherwise read and write the whole entry's bytes each time.
                .setInMemoryFormat(InMemoryFormat.OBJECT)
                .setBackupCount(1)
                .setMergePolicyConfig(new MergePolicyConfig(DiscardMergePolicy.class.getName(), 100)));
        return config;
    }

    /// The advanced form opens the member port only, no port for clients.
    private static void network(AdvancedNetworkConfig network, LedgerSettings settings) {
        network.setEnabled(true);
        ServerSocketEndpointConfig endpoint = new ServerSocketEndpointConfig();
        endpoint.setPort(settings.port()).setPortAutoIncrement(false);
        endpoint.getInterfaces().setEnabled(true).addInterface(settings.bind());
        network.setMemberEndpointConfig(endpoint);
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        if (!settings.serviceDns().isBlank()) {
            join.getKubernetesConfig().setEnabled(true).setProperty("service-dns", settings.serviceDns());
        } else {
            // Also where nobody is named: members of different ways to join refuse each other.
            join.getTcpIpConfig()
                    .setEnabled(true)
                    .setMembers(settings.memberList())
                    .setConnectionTimeoutSeconds(2);
        }
    }

    private static JavaSerializationFilterConfig filter() {
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
        filter.setDefaultsDisabled(true);
        // Hazelcast sends its own exceptions this way.
        filter.getWhitelist().addPrefixes("com.hazelcast.", "java.lang.", "java.util.", "[");
        return filter;
    }
}
