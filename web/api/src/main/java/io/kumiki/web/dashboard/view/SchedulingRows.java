package io.kumiki.web.dashboard.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.planner.Decided;
import io.kumiki.planner.Entry;
import io.kumiki.planner.Explanation;
import io.kumiki.planner.GangPicture;
import io.kumiki.planner.NodePicture;
import io.kumiki.planner.Proposal;
import io.kumiki.planner.Sample;
import io.kumiki.planner.Scene;
import io.kumiki.planner.WhatIf;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.learned.Estimate;
import io.kumiki.planner.words.Said;
import io.kumiki.planner.words.Text;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Queue and nodes as the contract has them.
public final class SchedulingRows {
    private static final long MIB = 1 << 20;

    private final Predicate<String> named;

    /// @param named whether the caller may know the names of a namespace
    public SchedulingRows(Predicate<String> named) {
        this.named = named;
    }

    /// Which of these namespaces the caller may know the names of, in short: the same text means the same ones.
    public String names(Set<String> namespaces) {
        return Integer.toUnsignedString(
                namespaces.stream().filter(named).sorted().toList().hashCode(), 36);
    }

    /// @param some of the scene's nodes, or all
    public ObjectNode cluster(Scene scene, List<NodePicture> some, List<Proposal> moves) {
        ObjectNode out = Json.object().put("at", at(scene.second()));
        ArrayNode levels = out.putArray("levels");
        scene.levels().forEach(levels::add);
        ArrayNode nodes = out.putArray("nodes");
        some.forEach(node -> nodes.add(node(node)));
        ArrayNode proposals = out.putArray("proposals");
        moves.forEach(proposal -> proposals.add(proposal(proposal)));
        return out;
    }

    private ObjectNode proposal(Proposal proposal) {
        ObjectNode out = Json.object()
                .put("node", proposal.node())
                .put("gpusFreed", proposal.gpusFreed())
                .put("lostGpuSeconds", proposal.lostGpuSeconds());
        ArrayNode moves = out.putArray("moves");
        for (Proposal.Move move : proposal.moves()) {
            boolean mine = named.test(move.namespace());
            moves.addObject()
                    .put("namespace", mine ? move.namespace() : null)
                    .put("name", mine ? move.name() : null)
                    .put("gpus", move.gpus())
                    .put("to", move.to());
        }
        out.set("text", text(proposal.text()));
        return out;
    }

    private ObjectNode node(NodePicture node) {
        ObjectNode out = Json.object().put("name", node.name());
        ArrayNode place = out.putArray("place");
        node.place().forEach(place::add);
        out.put("type", node.type())
                .put("gpus", node.gpus())
                .put("free", node.free())
                .put("shared", node.shared())
                .put("ready", node.ready())
                .put("schedulable", node.schedulable())
                .put("simulated", node.simulated())
                .put("cpuMilli", node.cpuMilli())
                .put("cpuFree", node.cpuFree())
                .put("memory", node.memoryMib() * MIB)
                .put("memoryFree", node.memoryMibFree() * MIB)
                .put("unhealthy", node.unhealthy());
        ArrayNode held = out.putArray("held");
        node.held().forEach(part -> held.add(held(part)));
        return out;
    }

    private ObjectNode held(NodePicture.Held part) {
        boolean mine = named.test(part.namespace());
        ObjectNode out = Json.object()
                .put("gpus", part.gpus())
                .put("kind", part.gang() ? "Gang" : "Pod")
                .put("namespace", mine ? part.namespace() : null)
                .put("name", mine ? part.name() : null)
                .put("tenant", mine ? part.tenant() : null)
                .put("phase", part.phase())
                .put("since", at(part.since()))
                .put("priority", part.priority());
        ArrayNode devices = out.putArray("devices");
        part.devices().forEach(devices::add);
        return out;
    }

    public ObjectNode queue(Scene scene) {
        ObjectNode out = Json.object().put("at", at(scene.second()));
        ArrayNode waiting = out.putArray("waiting");
        scene.waiting().forEach(entry -> waiting.add(entry(entry)));
        ArrayNode running = out.putArray("running");
        scene.running().forEach(entry -> running.add(entry(entry)));
        return out;
    }

    private ObjectNode entry(Entry entry) {
        boolean mine = named.test(entry.namespace());
        ObjectNode out = Json.object()
                .put("namespace", mine ? entry.namespace() : null)
                .put("name", mine ? entry.name() : null)
                .put("tenant", mine ? entry.tenant() : null)
                .put("kind", entry.pod() ? "Pod" : "Gang");
        Origin origin = entry.origin();
        if (mine && !origin.owner().isEmpty()) {
            out.putObject("owner").put("kind", origin.kind()).put("name", origin.owner());
        } else {
            out.putNull("owner");
        }
        out.put("members", entry.members())
                .put("gpus", entry.gpus())
                .put("gpuType", entry.gpuType())
                .put("priority", entry.priority())
                .put("phase", entry.phase().name())
                .put("reason", entry.reason());
        Text text = mine ? text(entry.said()) : new Text("", "");
        out.put("message", text.en()).set("messages", text(text));
        out.put("since", at(entry.since())).put("position", entry.position()).put("where", entry.where());
        Text place = entry.place();
        out.set("place", place == null ? NullNode.getInstance() : text(place));
        explanation(out, entry.why());
        out.set("start", estimate(entry.start()));
        out.set("until", estimate(entry.until()));
        return out;
    }

    private static void explanation(ObjectNode out, @Nullable Explanation why) {
        if (why == null) {
            out.putNull("removed").putNull("help");
            return;
        }
        ArrayNode removed = out.putArray("removed");
        why.removed()
                .forEach(r -> removed.addObject()
                        .put("constraint", r.constraint().name())
                        .put("level", r.level())
                        .put("slots", r.slots()));
        ArrayNode help = out.putArray("help");
        why.help()
                .forEach(h -> help.addObject()
                        .put("change", h.change().name())
                        .put("amount", h.amount())
                        .set("text", text(h.text())));
    }

    static JsonNode estimate(@Nullable Estimate estimate) {
        return estimate == null
                ? NullNode.getInstance()
                : Json.object()
                        .put("at", at(estimate.at()))
                        .put("low", at(estimate.low()))
                        .put("high", at(estimate.high()))
                        .put("from", estimate.from().name());
    }

    public ObjectNode whatIf(Scene scene, WhatIf.Answer answer) {
        ObjectNode out = Json.object().put("at", at(scene.second()));
        starts(out.putArray("before"), answer.before());
        starts(out.putArray("after"), answer.after());
        WhatIf.Fate fate = answer.ghost();
        if (fate == null) {
            out.putNull("ghost");
        } else {
            ObjectNode ghost =
                    out.putObject("ghost").put("placed", fate.placed()).put("where", fate.where());
            ghost.set("start", estimate(fate.entry().start()));
            Text text = text(fate.entry().said());
            ghost.put("reason", fate.entry().reason()).put("message", text.en());
            ghost.set("messages", text(text));
            ghost.put("position", fate.entry().position());
            Text place = fate.entry().place();
            ghost.set("place", place == null ? NullNode.getInstance() : text(place));
            explanation(ghost, fate.placed() ? Explanation.NONE : fate.entry().why());
        }
        ObjectNode gpus = out.putObject("gpus");
        gpus.putObject("before")
                .put("total", answer.gpusBefore().total())
                .put("free", answer.gpusBefore().free());
        gpus.putObject("after")
                .put("total", answer.gpusAfter().total())
                .put("free", answer.gpusAfter().free());
        return out;
    }

    private void starts(ArrayNode out, List<WhatIf.Start> starts) {
        for (WhatIf.Start start : starts) {
            boolean mine = named.test(start.namespace());
            out.addObject()
                    .put("namespace", mine ? start.namespace() : null)
                    .put("name", mine ? start.name() : null)
                    .set("start", estimate(start.start()));
        }
    }

    public static ObjectNode history(List<Sample> samples) {
        ObjectNode out = Json.object();
        ArrayNode points = out.putArray("points");
        samples.forEach(s -> points.addObject()
                .put("at", at(s.second()))
                .put("gpusTotal", s.total())
                .put("gpusAllocated", s.allocated())
                .put("gpusFree", s.free())
                .put("fragmented", s.fragmented())
                .put("waiting", s.waiting())
                .put("running", s.running()));
        return out;
    }

    /// @param byName a name was asked for: rows that the caller may not know would tell that it was there
    public ObjectNode decisions(List<Decided> rows, @Nullable String next, boolean byName) {
        ObjectNode out = Json.object();
        ArrayNode items = out.putArray("items");
        for (Decided row : rows) {
            boolean mine = named.test(row.namespace());
            if (mine || !byName) {
                items.addObject()
                        .put("at", at(row.second()))
                        .put("namespace", mine ? row.namespace() : null)
                        .put("name", mine ? row.name() : null)
                        .put("kind", row.pod() ? "Pod" : "Gang")
                        .put("attempt", row.attempt())
                        .put("phase", row.phase())
                        .put("reason", row.reason())
                        .put("where", row.where())
                        .set("text", text(mine ? text(row.said()) : new Text("", "")));
            }
        }
        return out.put("next", next);
    }

    /// The caller may know its names.
    public ObjectNode gang(Scene scene, GangPicture gang, List<Decided> before) {
        ObjectNode out = Json.object().put("at", at(scene.second()));
        out.setAll(entry(gang.entry()));
        ArrayNode classes = out.putArray("classes");
        gang.classes().forEach(of -> classes.add(ofClass(of)));
        ArrayNode timeline = out.putArray("timeline");
        before.forEach(d -> timeline.addObject()
                .put("at", at(d.second()))
                .put("phase", d.phase())
                .put("reason", d.reason())
                .set("text", text(text(d.said()))));
        return out;
    }

    private static ObjectNode ofClass(GangPicture.OfClass of) {
        ObjectNode out =
                Json.object().put("name", of.name()).put("min", of.min()).put("max", of.max());
        ObjectNode requests = out.putObject("requests");
        of.requests().forEach(requests::put);
        out.put("topologyRequired", of.required()).put("topologyPreferred", of.preferred());
        ArrayNode alternatives = out.putArray("alternatives");
        of.alternatives().forEach(alternatives::add);
        ArrayNode slots = out.putArray("slots");
        for (GangPicture.Slot slot : of.slots()) {
            ObjectNode one = slots.addObject()
                    .put("index", slot.index())
                    .put("node", slot.node())
                    .put("pod", slot.pod())
                    .put("phase", slot.phase());
            numbers(one.putArray("devices"), slot.devices());
        }
        return out;
    }

    private static void numbers(ArrayNode out, List<Integer> numbers) {
        numbers.forEach(out::add);
    }

    /// Without names that the caller may not know.
    private Text text(Said said) {
        return said.knownTo(named).text();
    }

    static ObjectNode text(Text text) {
        return Json.object().put("en", text.en()).put("ja", text.ja());
    }

    static @Nullable String at(@Nullable Long second) {
        return second == null ? null : Instant.ofEpochSecond(second).toString();
    }
}
