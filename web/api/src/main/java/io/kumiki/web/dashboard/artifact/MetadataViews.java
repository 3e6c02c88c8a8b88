package io.kumiki.web.dashboard.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Metrics, confusion matrix and ROC curve, which the KFP SDK keeps in an artifact's metadata:
/// `confusionMatrix: {annotationSpecs:[{displayName}], rows:[{row:[..]}]}` and
/// `confidenceMetrics: [{confidenceThreshold, falsePositiveRate, recall}]`; sliced metrics hold a list of both by
/// slice.
final class MetadataViews {
    private static final int MOST_CLASSES = 500;
    private static final int MOST_POINTS = 10_000;

    private MetadataViews() {}

    static void add(ArtifactRecord artifact, ArrayNode views) {
        switch (artifact.type()) {
            case "system.Metrics" -> metrics(artifact.metadata(), views);
            case "system.ClassificationMetrics" -> classification(artifact.metadata(), null, views);
            case "system.SlicedClassificationMetrics" -> sliced(artifact.metadata(), views);
            default -> {
                // nothing that could be drawn
            }
        }
    }

    private static void metrics(ObjectNode metadata, ArrayNode views) {
        ObjectNode view = Json.object().put("kind", "metrics");
        ArrayNode metrics = view.putArray("metrics");
        metadata.properties().forEach(entry -> {
            if (entry.getValue().isValueNode()
                    && !entry.getKey().equals("display_name")
                    && !entry.getKey().equals("store_session_info")) {
                metrics.addObject().put("name", entry.getKey()).set("value", entry.getValue());
            }
        });
        if (!metrics.isEmpty()) {
            views.add(view);
        }
    }

    private static void sliced(ObjectNode metadata, ArrayNode views) {
        for (JsonNode slice : metadata.path("evaluationSlices")) {
            classification(
                    slice.path("sliceClassificationMetrics"),
                    slice.path("slice").asText(),
                    views);
        }
    }

    private static void classification(JsonNode metadata, @Nullable String title, ArrayNode views) {
        ObjectNode matrix = confusionMatrix(unwrapped(metadata.path("confusionMatrix")), title);
        if (matrix != null) {
            views.add(matrix);
        }
        ObjectNode roc = roc(unwrapped(metadata.path("confidenceMetrics")), title);
        if (roc != null) {
            views.add(roc);
        }
    }

    /// Some SDKs wrap the value in a struct.
    private static JsonNode unwrapped(JsonNode node) {
        return node.has("struct") ? node.get("struct") : node.has("list") ? node.get("list") : node;
    }

    private static @Nullable ObjectNode confusionMatrix(JsonNode matrix, @Nullable String title) {
        JsonNode rows = matrix.path("rows");
        if (rows.isEmpty() || rows.size() > MOST_CLASSES) {
            return null;
        }
        ObjectNode view = Json.object().put("kind", "confusionMatrix").put("title", title);
        ArrayNode labels = view.putArray("labels");
        matrix.path("annotationSpecs")
                .forEach(spec -> labels.add(spec.path("displayName").asText()));
        ArrayNode out = view.putArray("matrix");
        for (JsonNode row : rows) {
            ArrayNode cells = out.addArray();
            (row.isArray() ? row : row.path("row"))
                    .forEach(cell -> cells.add(cell.isNumber() ? cell : Json.parse("0")));
        }
        return view;
    }

    private static @Nullable ObjectNode roc(JsonNode metrics, @Nullable String title) {
        JsonNode list = metrics.isArray() ? metrics : metrics.path("confidenceMetrics");
        if (list.isEmpty() || list.size() > MOST_POINTS) {
            return null;
        }
        record Point(double fpr, double tpr, JsonNode threshold) {}
        List<Point> points = new ArrayList<>();
        list.forEach(p -> points.add(new Point(
                p.path("falsePositiveRate").asDouble(), p.path("recall").asDouble(), p.path("confidenceThreshold"))));
        points.sort(Comparator.comparingDouble(Point::fpr).thenComparingDouble(Point::tpr));
        double auc = 0;
        double fpr = 0;
        double tpr = 0;
        ObjectNode view = Json.object().put("kind", "roc").put("title", title);
        ArrayNode out = Json.array();
        for (Point p : points) {
            auc += (p.fpr() - fpr) * (p.tpr() + tpr) / 2;
            fpr = p.fpr();
            tpr = p.tpr();
            ObjectNode one = out.addObject().put("fpr", fpr).put("tpr", tpr);
            // scikit-learn's first threshold is infinite, which JSON cannot say
            boolean finite = p.threshold().isNumber()
                    && Double.isFinite(p.threshold().asDouble())
                    && Math.abs(p.threshold().asDouble()) < 1e300;
            one.put("threshold", finite ? Double.valueOf(p.threshold().asDouble()) : null);
        }
        auc += (1 - fpr) * (1 + tpr) / 2;
        view.put("auc", auc);
        view.set("points", out);
        return view;
    }
}
