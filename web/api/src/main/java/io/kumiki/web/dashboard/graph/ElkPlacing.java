package io.kumiki.web.dashboard.graph;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.elk.alg.layered.options.LayeredMetaDataProvider;
import org.eclipse.elk.alg.layered.options.LayeredOptions;
import org.eclipse.elk.core.RecursiveGraphLayoutEngine;
import org.eclipse.elk.core.data.LayoutMetaDataService;
import org.eclipse.elk.core.math.ElkPadding;
import org.eclipse.elk.core.math.KVector;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.options.HierarchyHandling;
import org.eclipse.elk.core.options.SizeConstraint;
import org.eclipse.elk.core.util.BasicProgressMonitor;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.util.ElkGraphUtil;

/// Places a drawing left to right in layers. Coordinates are absolute, in CSS pixels. Only ever called by one
/// thread.
final class ElkPlacing {
    private static final int STEP_HEIGHT = 48;
    private static final int NARROWEST = 144;
    private static final int WIDEST = 264;
    private static final double ROUNDING = 10;

    ElkPlacing() {
        LayoutMetaDataService.getInstance().registerLayoutMetaDataProviders(new LayeredMetaDataProvider());
    }

    ObjectNode place(Drawing drawing) {
        ElkNode root = ElkGraphUtil.createGraph();
        options(root);
        Map<String, ElkNode> placed = new HashMap<>();
        for (Drawing.Node node : drawing.nodes()) {
            ElkNode parent = node.group() == null ? root : placed.getOrDefault(node.group(), root);
            ElkNode elk = ElkGraphUtil.createNode(parent);
            placed.put(node.id(), elk);
            if (node.open()) {
                elk.setProperty(LayeredOptions.PADDING, new ElkPadding(44, 16, 16, 16));
                elk.setProperty(LayeredOptions.NODE_SIZE_CONSTRAINTS, EnumSet.of(SizeConstraint.MINIMUM_SIZE));
                elk.setProperty(LayeredOptions.NODE_SIZE_MINIMUM, new KVector(titleWidth(node), STEP_HEIGHT * 2));
                options(elk);
            } else {
                elk.setDimensions(width(node.label()), STEP_HEIGHT);
            }
        }
        Map<Drawing.Edge, ElkEdge> wires = new HashMap<>();
        for (Drawing.Edge edge : drawing.edges()) {
            ElkNode from = placed.get(edge.from());
            ElkNode to = placed.get(edge.to());
            if (from != null && to != null) {
                wires.put(edge, ElkGraphUtil.createSimpleEdge(from, to));
            }
        }
        new RecursiveGraphLayoutEngine().layout(root, new BasicProgressMonitor());
        return json(drawing, root, placed, wires);
    }

    private static void options(ElkNode graph) {
        graph.setProperty(CoreOptions.ALGORITHM, LayeredOptions.ALGORITHM_ID);
        graph.setProperty(LayeredOptions.DIRECTION, Direction.RIGHT);
        graph.setProperty(LayeredOptions.HIERARCHY_HANDLING, HierarchyHandling.INCLUDE_CHILDREN);
        graph.setProperty(LayeredOptions.EDGE_ROUTING, EdgeRouting.ORTHOGONAL);
        graph.setProperty(LayeredOptions.SPACING_NODE_NODE, 24.0);
        graph.setProperty(LayeredOptions.SPACING_NODE_NODE_BETWEEN_LAYERS, 56.0);
        graph.setProperty(LayeredOptions.SPACING_EDGE_NODE, 16.0);
        graph.setProperty(LayeredOptions.RANDOM_SEED, 1);
    }

    private static double width(String label) {
        return Math.clamp(Math.ceil(text(label) + 40), NARROWEST, WIDEST);
    }

    /// An open group's title: its name, a count, the beginning of its note, and the button that closes it.
    private static double titleWidth(Drawing.Node group) {
        String note = group.note() == null
                ? ""
                : group.note().substring(0, Math.min(group.note().length(), 30));
        return Math.clamp(Math.ceil(text(group.label()) + text(note) + 130), NARROWEST, WIDEST * 2);
    }

    /// Wide characters (kanji, kana) take twice the room.
    private static double text(String label) {
        return label.codePoints().mapToDouble(c -> c < 0x1100 ? 7.4 : 14).sum();
    }

    private static ObjectNode json(
            Drawing drawing, ElkNode root, Map<String, ElkNode> placed, Map<Drawing.Edge, ElkEdge> wires) {
        ObjectNode graph =
                Json.object().put("width", rounded(root.getWidth())).put("height", rounded(root.getHeight()));
        ArrayNode nodes = graph.putArray("nodes");
        for (Drawing.Node node : drawing.nodes()) {
            ElkNode elk = placed.get(node.id());
            if (elk == null) {
                continue;
            }
            ObjectNode out = nodes.addObject()
                    .put("id", node.id())
                    .put("parent", node.group())
                    .put("x", rounded(absoluteX(elk)))
                    .put("y", rounded(absoluteY(elk)))
                    .put("w", rounded(elk.getWidth()))
                    .put("h", rounded(elk.getHeight()))
                    .put("label", node.label())
                    .put("kind", taskKind(node.kind()))
                    .put("note", node.note());
            if (node.kind().group()) {
                out.putObject("group")
                        .put("expanded", node.open())
                        .put("members", node.members())
                        .put("type", node.kind().name());
            } else {
                out.putNull("group");
            }
        }
        ArrayNode edges = graph.putArray("edges");
        for (Drawing.Edge edge : drawing.edges()) {
            ElkEdge elk = wires.get(edge);
            if (elk == null) {
                continue;
            }
            ObjectNode out = edges.addObject()
                    .put("id", edge.from() + "→" + edge.to())
                    .put("from", edge.from())
                    .put("to", edge.to())
                    .put("kind", edge.data() ? "DATA" : "ORDER");
            points(elk, out.putArray("points"));
        }
        return graph;
    }

    /// The engine's word: conditions and exit handlers' bodies are DAGs to it.
    private static String taskKind(Drawing.Kind kind) {
        return kind == Drawing.Kind.CONDITION || kind == Drawing.Kind.EXIT_HANDLER
                ? Drawing.Kind.DAG.name()
                : kind.name();
    }

    private static void points(ElkEdge edge, ArrayNode points) {
        double x = edge.getContainingNode() == null ? 0 : absoluteX(edge.getContainingNode());
        double y = edge.getContainingNode() == null ? 0 : absoluteY(edge.getContainingNode());
        for (ElkEdgeSection section : edge.getSections()) {
            point(points, x + section.getStartX(), y + section.getStartY());
            section.getBendPoints().forEach(bend -> point(points, x + bend.getX(), y + bend.getY()));
            point(points, x + section.getEndX(), y + section.getEndY());
        }
    }

    private static void point(ArrayNode points, double x, double y) {
        points.addObject().put("x", rounded(x)).put("y", rounded(y));
    }

    private static double absoluteX(ElkNode node) {
        return node.getX() + (node.getParent() == null ? 0 : absoluteX(node.getParent()));
    }

    private static double absoluteY(ElkNode node) {
        return node.getY() + (node.getParent() == null ? 0 : absoluteY(node.getParent()));
    }

    private static double rounded(double value) {
        return Math.round(value * ROUNDING) / ROUNDING;
    }
}
