import java.util.Properties;
import org.apache.solr.embedded.JettyConfig;
import org.apache.solr.embedded.JettySolrRunner;

/** One Solr in one process, on the loopback address. Arguments: the Solr home, the port. */
public final class SearchServer {
    public static void main(String[] arguments) throws Exception {
        String home = arguments[0];
        int port = Integer.parseInt(arguments[1]);
        JettyConfig config = JettyConfig.builder().setPort(port).stopAtShutdown(true).build();
        JettySolrRunner server = new JettySolrRunner(home, new Properties(), config);
        server.start();
        System.out.println("Solr answers on " + server.getBaseUrl());
        Thread.currentThread().join();
    }
}
