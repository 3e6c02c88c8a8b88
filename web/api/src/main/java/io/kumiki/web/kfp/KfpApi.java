package io.kumiki.web.kfp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.model.run.RunRecord;
import io.kumiki.runtime.http.Routes;
import io.kumiki.store.SpecRecord;
import io.kumiki.store.Store;
import io.kumiki.store.Tx;
import io.kumiki.web.kfp.wire.CatalogueJson;
import io.kumiki.web.kfp.wire.KfpErrors;
import io.kumiki.web.kfp.wire.PageTokens;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/// The KFP surface. Mount {@link #routes()} on the dashboard's listener and on the embedded API server's own root
/// (`kfp.Client()` without arguments calls it there), and {@link #routesUnder} its service-proxy path.
public final class KfpApi {
    /// What KFP's UI host puts before `/apis`.
    public static final String UI_PREFIX = "/pipeline";

    private static final String TOKEN_KEY = "kfp.page-token-key";

    private final List<Routes> routes = new ArrayList<>();
    private final NewRun newRun;

    /// Creates the experiment "Default" and the page-token key when the store has none yet.
    public KfpApi(KfpSettings settings, Store store, KfpPorts ports, InstantSource clock, Supplier<UUID> ids) {
        var tokens = new PageTokens(store.write(KfpApi::tokenKey));
        var surface = new Surface(settings, store, ports, clock, ids, tokens);
        var experiments = new ExperimentCalls(surface);
        var pipelines = new PipelineCalls(surface);
        var versions = new VersionCalls(surface);
        var nodes = new NodeCalls(surface);
        var others = new OtherCalls(surface);

        var v2beta1 = new Routes("/apis/v2beta1", KfpErrors.GATEWAY);
        experiments.addTo(v2beta1);
        pipelines.addTo(v2beta1);
        versions.addTo(v2beta1);
        new RunCalls(surface, experiments).addTo(v2beta1);
        newRun = new NewRun(surface, experiments);
        new RecurringRunCalls(surface).addTo(v2beta1);
        nodes.addTo(v2beta1);
        others.addTo(v2beta1);
        var uploads = new Routes("/apis/v2beta1/pipelines/upload", KfpErrors.UPLOAD);
        new UploadCalls(surface, pipelines, versions).addTo(uploads);
        var v1beta1 = new Routes("/apis/v1beta1", KfpErrors.GATEWAY);
        others.addAuthTo(v1beta1);
        var v1alpha1 = new Routes("/apis/v1alpha1", KfpErrors.GATEWAY);
        nodes.addLogTo(v1alpha1);
        routes.addAll(List.of(v2beta1, uploads, v1beta1, v1alpha1));
    }

    /// Below `/apis` and below `/pipeline/apis`.
    public List<Routes> routes() {
        var all = new ArrayList<>(routes);
        all.addAll(routesUnder(UI_PREFIX));
        return all;
    }

    /// The same surface below a prefix, e.g. `/api/v1/namespaces/kubeflow/services/ml-pipeline:http/proxy`.
    public List<Routes> routesUnder(String prefix) {
        return routes.stream().map(r -> r.under(prefix)).toList();
    }

    /// What `POST /runs` does with its body, for the dashboard's own form.
    public RunRecord start(ObjectNode run) {
        return newRun.create(run, "").run();
    }

    /// The form of a stored spec that a run's body takes.
    public static JsonNode submitted(SpecRecord spec) {
        return CatalogueJson.submitted(spec);
    }

    private static byte[] tokenKey(Tx tx) {
        var known = tx.settings().get(TOKEN_KEY);
        if (known != null) {
            return Base64.getDecoder().decode(known.asText());
        }
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        tx.settings().put(TOKEN_KEY, TextNode.valueOf(Base64.getEncoder().encodeToString(key)));
        return key;
    }
}
