package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.planner.Decision;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import io.kumiki.quota.QuotaUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which TenantQuotas do not say what the planner published last, and which of them may be written by now. Compares
/// with the objects as they are: a leader that begins writes nothing where the one before had written the same.
/// Knows no API and no clock.
final class UsageNotes {
    /// One quota is written no more often.
    static final Duration PACE = Duration.ofSeconds(5);

    /// @param changes of the status, as a merge patch
    record Note(String name, JsonNode quota, QuotaUse use, ObjectNode changes) {}

    /// @param pause until more may be written; null where nothing is held back
    record Due(long epoch, List<Note> notes, @Nullable Duration pause) {}

    private final Map<String, Long> written = new HashMap<>();
    /// What a server took without keeping it, or did not take: its definition of the kind is older than this.
    private final Map<String, QuotaUse> inVain = new HashMap<>();
    private Map<String, QuotaNode> tree = Map.of();
    private Decision.@Nullable Publish told;

    /// What was published later, in a later term or within the same one, is kept.
    synchronized void tell(Decision.Publish publish) {
        Decision.Publish before = told;
        boolean newer = before == null
                || publish.epoch() > before.epoch()
                || (publish.epoch() == before.epoch() && publish.sequence() > before.sequence());
        if (newer) {
            told = publish;
        }
    }

    /// The tree that holds.
    synchronized void hold(List<QuotaNode> nodes) {
        Map<String, QuotaNode> byName = new HashMap<>();
        nodes.forEach(node -> byName.put(node.name(), node));
        tree = byName;
        written.keySet().retainAll(byName.keySet());
        inVain.keySet().retainAll(byName.keySet());
    }

    /// @param objects by name, as they were seen last
    synchronized Due due(Map<String, JsonNode> objects, long nanos) {
        Decision.Publish last = told;
        if (last == null) {
            return new Due(0, List.of(), null);
        }
        List<Note> notes = new ArrayList<>();
        Duration pause = null;
        for (var entry : new TreeMap<>(objects).entrySet()) {
            Note note = note(entry.getKey(), entry.getValue(), last);
            if (note != null) {
                Long at = written.get(entry.getKey());
                Duration left = at == null ? Duration.ZERO : PACE.minusNanos(nanos - at);
                if (left.isPositive()) {
                    pause = pause == null || left.compareTo(pause) < 0 ? left : pause;
                } else {
                    notes.add(note);
                }
            }
        }
        return new Due(last.epoch(), notes, pause);
    }

    /// Null where the object says so already, or nothing can be said yet.
    private @Nullable Note note(String name, JsonNode quota, Decision.Publish last) {
        JsonNode status = quota.path("status");
        QuotaNode node = tree.get(name);
        Amounts usage = last.usage().get(name);
        // The condition comes first: without it the status is not whole.
        if (status.path("conditions").isEmpty() || (node != null && usage == null)) {
            return null;
        }
        SortedMap<String, String> none = new TreeMap<>();
        QuotaUse use = node == null || usage == null ? new QuotaUse(none, none) : QuotaUse.of(node, usage);
        ObjectNode changes = Json.object();
        change(changes, "used", status.path("used"), use.used());
        change(changes, "borrowed", status.path("borrowed"), use.borrowed());
        return changes.isEmpty() || use.equals(inVain.get(name)) ? null : new Note(name, quota, use, changes);
    }

    private static void change(ObjectNode changes, String field, JsonNode there, Map<String, String> wanted) {
        Map<String, String> before = Facts.texts(there);
        if (before.equals(wanted)) {
            return;
        }
        if (wanted.isEmpty()) {
            changes.putNull(field);
            return;
        }
        ObjectNode change = changes.putObject(field);
        // A merge patch leaves what it does not name.
        for (String resource : new TreeSet<>(before.keySet())) {
            if (!wanted.containsKey(resource)) {
                change.putNull(resource);
            }
        }
        wanted.forEach(change::put);
    }

    /// It was written, or that was tried.
    ///
    /// @param answer the object as it is now; null where that is not known
    /// @param taken whether writing the same again may change anything
    synchronized void wrote(Note note, long nanos, boolean taken, @Nullable JsonNode answer) {
        written.put(note.name(), nanos);
        JsonNode status = answer == null ? Json.object() : answer.path("status");
        boolean shown = Facts.texts(status.path("used")).equals(note.use().used())
                && Facts.texts(status.path("borrowed")).equals(note.use().borrowed());
        if (!taken || (answer != null && !shown)) {
            inVain.put(note.name(), note.use());
        } else {
            inVain.remove(note.name());
        }
    }
}
