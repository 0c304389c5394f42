import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;

/**
 * One OpenSearch node from libraries on the class path: `ClusterNode KEY=VALUE...`, with the keys of `opensearch.yml`.
 * It runs until it is told to stop. The same source serves 2.19 and 3.x, whose plugins have different names.
 */
public final class ClusterNode extends Node {
    private static final List<String> PLUGINS = List.of(
        "org.opensearch.transport.Netty4",
        "org.opensearch.analysis.common.CommonAnalysis",
        "org.opensearch.index.mapper.MapperExtras",
        "org.opensearch.index.reindex.Reindex");

    /** The constructor takes classes in 2.19 and descriptions in 3.x. Both are a raw collection. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private ClusterNode(Environment environment, List<Object> plugins) {
        super(environment, (Collection) plugins, true);
    }

    public static void main(String[] arguments) throws Exception {
        Settings.Builder settings = Settings.builder();
        for (String argument : arguments) {
            String[] pair = argument.split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        Path config = Path.of(settings.get("path.home"), "config");
        Environment environment =
            InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), config, () -> "node");
        List<Object> plugins = new ArrayList<>();
        for (String plugin : PLUGINS) plugins.add(plugin(plugin));
        ClusterNode node = new ClusterNode(environment, plugins);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        node.start();
        Thread.currentThread().join();
    }

    /** The class `…Plugin` (2.19), or a description of `…ModulePlugin` (3.x). */
    private static Object plugin(String name) throws ClassNotFoundException {
        if (Version.CURRENT.major < 3) return Class.forName(name + "Plugin");
        String plugin = name + "ModulePlugin";
        return new PluginInfo(plugin, "", "", Version.CURRENT, "", plugin, null, List.of(), false);
    }

    private static void close(Node node) {
        try {
            node.close();
        } catch (Exception cause) {
            System.err.println("the node did not close: " + cause);
        }
    }
}
