package io.kumiki.placement;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Lets a queue run ahead on a copy: running gangs end when they are expected to, waiting ones start in their order.
/// The first without room that may do so keeps the nodes on which it will start; whoever comes after it may
/// use them only if it ends before. Nobody new arrives, and nobody is overdue later who is not at the
/// beginning.
///
/// Deterministic. Counts of rooms are kept per shape and changed node by node, so that a gang is really placed only
/// where its members have room.
public final class Forecast {
    /// What waiting gangs have in common that are placed alike; equal ones should be the same object.
    ///
    /// @param variants one for each GPU type that would do, the best first
    /// @param able per role of a variant, in order: nodes that it may use at all
    public record Shape(List<GangSpec> variants, List<BitSet> able) {}

    /// @param seconds expected run time
    /// @param promised run time that it is held to where it may use nodes that are kept for another
    /// @param rank those that wait are given in its order
    public record Waiting(String id, Shape shape, long seconds, long promised, Rank rank) {
        /// Whose turn comes by age.
        public Waiting(String id, Shape shape, long seconds, long promised) {
            this(id, shape, seconds, promised, new Rank(0, Rank.Turn.byAge, 0, 0, false, id, false));
        }

        Waiting first() {
            return new Waiting(id, shape, seconds, promised, rank.first());
        }
    }

    public record Start(long at, GangPlacement.Placed placed) {}

    /// Limits other than room. Told of everything that starts and ends.
    public interface Purse {
        Purse OPEN = new Purse() {
            @Override
            public boolean admits(String id) {
                return true;
            }

            @Override
            public void take(String id) {}

            @Override
            public void give(String id) {}
        };

        boolean admits(String id);

        void take(String id);

        void give(String id);
    }

    /// The nodes on which the first without room will start.
    public record Kept(String id, long start, BitSet nodes) {}

    private static final Comparator<BackfillPlanner.Running> FIRST_END =
            Comparator.comparingLong(BackfillPlanner.Running::expectedEnd).thenComparing(BackfillPlanner.Running::id);

    private final ClusterView view;
    private final Purse purse;
    private final FutureRoom room;
    private final Set<Shape> never = Collections.newSetFromMap(new IdentityHashMap<>());
    private final PriorityQueue<BackfillPlanner.Running> running = new PriorityQueue<>(FIRST_END);
    private final Map<String, Start> starts = new LinkedHashMap<>();
    private final Map<Shape, Line> byShape = new IdentityHashMap<>();
    /// Those by shape, and one for each that became the oldest of several members meanwhile.
    private final List<Line> lines = new ArrayList<>();
    private long arrived;
    private boolean headless;
    private @Nullable Kept kept;
    private @Nullable Kept keptNow;

    /// @param view the caller's; a copy is changed
    public Forecast(
            ClusterView view,
            Topology topology,
            List<Waiting> queue,
            List<BackfillPlanner.Running> running,
            Purse purse) {
        this.view = view.copy();
        this.room = new FutureRoom(this.view, topology);
        this.running.addAll(running);
        queue.forEach(this::add);
        this.purse = purse;
    }

    /// The starts of those that start within so many ends of others.
    ///
    /// @param until nobody is asked about who starts later
    public Map<String, Start> run(long now, long until, int ends) {
        return run(now, until, ends, "");
    }

    /// The same, and no further than the start of one.
    ///
    /// @param only its id; empty for all
    public Map<String, Start> run(long now, long until, int ends, String only) {
        long time = now;
        pass(time);
        keptNow = kept;
        for (int i = 0; i < ends && isWaiting() && !running.isEmpty() && !starts.containsKey(only); ) {
            time = Math.max(time, Objects.requireNonNull(running.peek()).expectedEnd());
            if (time > until) {
                break;
            }
            i += end(time);
            pass(time);
        }
        return starts;
    }

    private boolean isWaiting() {
        return lines.stream().anyMatch(line -> line.next(0, Line.ANY) >= 0);
    }

    /// What is kept at once, after {@link #run}; null where everybody has room.
    public @Nullable Kept keptNow() {
        return keptNow;
    }

    /// The same world with new arrivals, step by step: ends until then, then these, last in the order, then one look
    /// at the queue. Says who starts.
    public Map<String, Start> step(long now, List<Waiting> arrivals) {
        starts.clear();
        end(now);
        arrivals.forEach(this::add);
        pass(now);
        return Map.copyOf(starts);
    }

    /// The next end of a running gang; null without one.
    public @Nullable Long nextEnd() {
        BackfillPlanner.Running next = running.peek();
        return next == null ? null : next.expectedEnd();
    }

    /// Those that will have ended then, in order.
    public List<BackfillPlanner.Running> ending(long time) {
        BackfillPlanner.Running next = running.peek();
        return next == null || next.expectedEnd() > time
                ? List.of()
                : running.stream()
                        .filter(end -> end.expectedEnd() <= time)
                        .sorted(FIRST_END)
                        .toList();
    }

    public List<Waiting> waiting() {
        record Place(long order, Waiting waiting) {}
        List<Place> places = new ArrayList<>();
        for (Line line : lines) {
            for (int at = line.next(0, Line.ANY); at >= 0; at = line.next(at + 1, Line.ANY)) {
                places.add(new Place(line.order(at), line.at(at)));
            }
        }
        places.sort(Comparator.comparingLong(Place::order));
        return places.stream().map(Place::waiting).toList();
    }

    public List<BackfillPlanner.Running> running() {
        return List.copyOf(running);
    }

    /// Not to be changed.
    public ClusterView view() {
        return view;
    }

    private int end(long time) {
        int ends = 0;
        List<BackfillPlanner.Held> left = new ArrayList<>();
        for (var end = running.peek(); end != null && end.expectedEnd() <= time; end = running.peek()) {
            running.remove();
            purse.give(end.id());
            left.addAll(end.held());
            ends++;
        }
        room.release(left);
        return ends;
    }

    /// Looks at one of each shape after the other, in the order of the queue: whoever wants the same as somebody who
    /// found no room finds none either.
    private void pass(long now) {
        Kept before = kept;
        kept = null;
        var heads = new PriorityQueue<Head>(Comparator.comparingLong(Head::order));
        lines.forEach(line -> push(heads, new Head(line), now));
        for (Head head = heads.poll(); head != null; head = heads.poll()) {
            if (!head.waits()) {
                push(heads, head, now);
                continue;
            }
            Waiting next = head.next();
            Kept other = kept;
            boolean barred = other != null && now + next.promised() > other.start();
            if (!purse.admits(next.id())) {
                push(heads, head, now);
                continue;
            }
            GangPlacement.Placed placed = barred
                    ? room.of(next.shape(), Objects.requireNonNull(other)).fit()
                    : room.of(next.shape()).fit();
            if (placed != null) {
                start(next, placed, now);
                head.line.remove(head.at);
                if (next.rank().leads()) {
                    follow(next.rank().priority(), head.order(), heads, now);
                }
                push(heads, head, now);
                continue;
            }
            if (other == null && next.rank().keeps(headless)) {
                kept = before != null && before.id().equals(next.id()) && now < before.start()
                        ? before
                        : room.keep(next, running, now);
                if (kept == null) {
                    never.add(next.shape());
                }
                headless |= kept == null && next.rank().leads();
            }
            if (barred) {
                head.fullOutside = true;
                push(heads, head, now);
            }
        }
    }

    /// Goes on to the next in its line that may find room.
    private void push(PriorityQueue<Head> heads, Head head, long now) {
        Kept other = kept;
        long most = head.fullOutside && other != null ? other.start() - now : Line.ANY;
        head.at = never.contains(head.line.shape) ? -1 : head.line.next(head.at + 1, most);
        if (head.at >= 0) {
            heads.add(head);
        }
    }

    /// Where one pass stands in a line.
    private static final class Head {
        final Line line;
        int at = -1;
        /// Whoever may not use the nodes that are kept finds no room any more.
        boolean fullOutside;

        Head(Line line) {
            this.line = line;
        }

        long order() {
            return line.order(at);
        }

        Waiting next() {
            return line.at(at);
        }

        /// Not if it took somebody's place meanwhile.
        boolean waits() {
            return line.next(at, Line.ANY) == at;
        }
    }

    private void add(Waiting waiting) {
        byShape.computeIfAbsent(waiting.shape(), this::line).add(waiting, arrived++);
    }

    private Line line(Shape shape) {
        var line = new Line(shape);
        lines.add(line);
        return line;
    }

    /// The oldest of those that need several members started: the next of them takes its place.
    private void follow(int priority, long order, PriorityQueue<Head> heads, long now) {
        Line from = null;
        int place = -1;
        for (Line line : List.copyOf(byShape.values())) {
            for (int at = line.next(0, Line.ANY); at >= 0; at = line.next(at + 1, Line.ANY)) {
                Rank rank = line.at(at).rank();
                boolean follows = rank.priority() == priority && rank.turn() == Rank.Turn.byLength && rank.several();
                if (follows
                        && (from == null
                                || rank.first().compareTo(from.at(place).rank().first()) < 0)) {
                    from = line;
                    place = at;
                }
            }
        }
        if (from != null) {
            Waiting next = from.at(place).first();
            from.remove(place);
            Line alone = line(next.shape());
            alone.add(next, order);
            push(heads, new Head(alone), now);
        }
    }

    private void start(Waiting next, GangPlacement.Placed placed, long now) {
        purse.take(next.id());
        starts.put(next.id(), new Start(now, placed));
        List<BackfillPlanner.Held> held = new ArrayList<>();
        // Amounts are the same in every variant; only the models differ.
        List<GangSpec.Role> roles = next.shape().variants().getFirst().roles();
        for (int r = 0; r < roles.size(); r++) {
            for (GangPlacement.Slot slot : placed.slots().get(r)) {
                Demand demand = roles.get(r).demand();
                held.add(new BackfillPlanner.Held(demand, slot.node(), slot.devices()));
            }
        }
        room.take(held);
        running.add(new BackfillPlanner.Running(next.id(), held, now + Math.max(1, next.seconds())));
    }
}
