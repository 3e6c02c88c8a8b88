package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.ledger.Ledger;
import io.kumiki.ledger.LedgerSettings;
import io.kumiki.model.Json;
import io.kumiki.planner.Decision;
import io.kumiki.planner.Event;
import io.kumiki.planner.Planner;
import io.kumiki.planner.PlannerOptions;
import io.kumiki.planner.fact.Shape;
import io.kumiki.runtime.http.Caller;
import io.kumiki.runtime.http.HttpListener;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.identity.LoopbackPeer;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The scheduler extender of one cluster: listens at once, plans as soon as it leads and has seen everything.
public final class Extender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Extender.class);

    /// @param port 0 for a free one
    /// @param namespace of the lease
    /// @param holder unique for each start of a process
    /// @param alone nobody else can plan for this cluster
    /// @param log folder of the decision log; null for none
    /// @param ledger who else hears of quota; the member starts with the first TenantQuota
    /// @param peers where other replicas pass calls on to this one
    public record Settings(
            int port,
            String namespace,
            String holder,
            boolean alone,
            PlannerOptions planning,
            @Nullable Path log,
            LedgerSettings ledger,
            PeerAddress peers) {
        /// Quota is told in this process only.
        public Settings(
                int port, String namespace, String holder, boolean alone, PlannerOptions planning, @Nullable Path log) {
            this(port, namespace, holder, alone, planning, log, LedgerSettings.alone(), PeerAddress.LOOPBACK);
        }

        public Settings(int port, String namespace, String holder, boolean alone, PlannerOptions planning) {
            this(port, namespace, holder, alone, planning, null);
        }

        public Settings telling(LedgerSettings others) {
            return new Settings(port, namespace, holder, alone, planning, log, others, peers);
        }

        public Settings reachedAt(PeerAddress address) {
            return new Settings(port, namespace, holder, alone, planning, log, ledger, address);
        }
    }

    private final KubeApi api;
    private final PlannerLoop planner;
    private final SchedulingView view;
    private final Hands hands;
    private final Feeds feeds;
    private final QuotaView quotas;
    private final QuotaNotes notes;
    private final LedgerLink ledger;
    private final Leadership leadership;
    private final Standby standby;
    private final @Nullable PeerDoor door;
    private final HttpListener listener;
    private final AdmissionDesk desk;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closed;

    private Extender(
            Vertx vertx,
            KubernetesClient client,
            Settings settings,
            InstantSource clock,
            AdmissionDesk desk,
            Runnable lost) {
        api = new KubeApi(client);
        var calls = new Calls();
        leadership = new Leadership(api, settings.namespace(), settings.holder(), settings.alone(), clock);
        var groups = new DeclaredGroups();
        var gangs = new DerivedGangs(api, groups);
        ledger = new LedgerLink(settings.ledger());
        quotas = new QuotaView(ledger);
        var pods = new PodWatch(api, this::tell, gangs);
        notes = new QuotaNotes(api, clock, leadership);
        Consumer<Decision.Publish> sums = ledger::publish;
        hands = new Hands(
                api,
                this::tell,
                calls,
                leadership,
                gangs,
                pods::written,
                sums.andThen(notes::tell),
                new KubeEvents(api, clock));
        planner = new PlannerLoop(new Planner(settings.planning()), hands, clock);
        Path log = settings.log();
        view = new SchedulingView(
                settings.planning(),
                clock,
                log == null ? null : new DecisionLog(log, DecisionLog.Bounds.DEFAULT, settings.planning()),
                planner::tell);
        feeds = new Feeds(api, planner, view, pods, gangs, groups, new Quotas(this::tell, notes, quotas::stand));
        standby = new Standby(vertx, leadership);
        var verbs = new Verbs(planner, calls, pods::find, standby).routes();
        listener = HttpListener.on(vertx, LoopbackPeer.of(new Caller("kube-scheduler", Set.of("system:masters"))))
                .serve(verbs)
                .options(HttpListener.defaults().setIdleTimeout(700).setIdleTimeoutUnit(TimeUnit.SECONDS))
                .listen("127.0.0.1", settings.port());
        door = settings.alone()
                ? null
                : new PeerDoor(
                        vertx,
                        new KeySecret(api, settings.namespace(), PeerDoor.NAME),
                        settings.peers(),
                        verbs,
                        clock,
                        standby::use,
                        leadership::at);
        planner.start();
        desk.open(planner, calls, groups);
        this.desk = desk;
        thread = Thread.ofVirtual().name("extender").unstarted(() -> lead(lost));
    }

    /// Opens the port; until {@link #start} every call is answered with an error.
    ///
    /// @param desk where admission asks; it is open before there is a planner behind it
    /// @param lost called when the lead is lost: the simplest correct thing is then to end the process
    public static Extender listen(
            Vertx vertx,
            KubernetesClient client,
            Settings settings,
            InstantSource clock,
            AdmissionDesk desk,
            Runnable lost) {
        return new Extender(vertx, client, settings, clock, desk, lost);
    }

    /// Begins to campaign, read and plan.
    public void start() {
        thread.start();
    }

    public int port() {
        return listener.port();
    }

    /// Answers by what the leader knows: here while we lead, else there, and where it cannot be asked here without it;
    /// then pods queue.
    public Webhook.Reviews reviews(PodAdmission admission) {
        Webhook.Reviews own = request -> admission.answer(LeanObjects.review(request.body()));
        if (door != null) {
            door.reviews(own);
        }
        return new Webhook.Reviews() {
            @Override
            public byte[] answer(Request request) throws InterruptedException {
                byte[] answer = standby.isStandby() ? standby.review(request) : null;
                return answer == null ? own.answer(request) : answer;
            }

            @Override
            public @Nullable CompletionStage<byte[]> answerSoon(byte[] body) {
                return standby.isStandby() ? null : admission.answerSoon(LeanObjects.review(body));
            }
        };
    }

    /// Waits until plans are made.
    public boolean awaitReady(Duration patience) throws InterruptedException {
        return ready.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void tell(Event event) {
        planner.tell(event);
        view.tell(event);
    }

    /// Quota as it was told last; empty while there is no TenantQuota.
    public Optional<Ledger> ledger() {
        return ledger.ledger();
    }

    /// What people ask about quota.
    public QuotaView quotas() {
        return quotas;
    }

    /// What people ask about this cluster's queue and nodes.
    public SchedulingView view() {
        return view;
    }

    private void lead(Runnable lost) {
        try {
            while (term(leadership.acquire()) == Leadership.End.UNSURE) {
                LOG.warn("it is not sure any more that this one leads: it campaigns again");
            }
            if (!closed) {
                LOG.error("the lease was lost");
                lost.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The lease is renewed while everything is read: in a large cluster that takes longer than it lasts.
    private Leadership.End term(long epoch) throws InterruptedException {
        Thread reading = Thread.ofVirtual().name("reading").start(() -> begin(epoch));
        Leadership.End end;
        try {
            end = leadership.hold();
        } finally {
            reading.interrupt();
            reading.join();
        }
        planner.tell(new Event.Deposed());
        return end;
    }

    private void begin(long epoch) {
        try {
            // Everything is read after the lease was won: what the leader before wrote until then is seen.
            feeds.read();
            planner.tell(new Event.Elected(epoch), this::isReady);
            view.complete();
        } catch (InterruptedException e) {
            LOG.info("the term of epoch {} ended before everything was read", epoch);
        }
    }

    private void isReady() {
        LOG.info(
                "ready {} ms after the last byte of the lists",
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - feeds.listedAt()));
        ready.countDown();
    }

    /// Held calls end with their connections; the scheduler asks whoever comes next again.
    @Override
    public void close() {
        closed = true;
        desk.shut();
        end();
        listener.close();
        if (door != null) {
            door.close();
        }
        standby.close();
        feeds.close();
        planner.close();
        view.close();
        notes.close();
        ledger.close();
        hands.close();
        leadership.release();
    }

    private void end() {
        thread.interrupt();
        try {
            if (thread.isAlive() && !thread.join(Duration.ofSeconds(5))) {
                LOG.warn("the campaign did not end within 5 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The whole configuration of a kube-scheduler of our own.
    ///
    /// @param name under which pods ask for it
    /// @param namespace of its lease
    /// @param port of this extender on the scheduler's machine
    public static JsonNode schedulerConfiguration(String name, String namespace, int port) {
        ObjectNode config = Json.object()
                .put("apiVersion", "kubescheduler.config.k8s.io/v1")
                .put("kind", "KubeSchedulerConfiguration")
                .put("percentageOfNodesToScore", 100);
        config.putObject("leaderElection")
                .put("leaderElect", true)
                .put("resourceName", name)
                .put("resourceNamespace", namespace);
        config.putArray("profiles").addObject().put("schedulerName", name);
        config.set("extenders", schedulerEntries(port));
        return config;
    }

    /// What kube-scheduler must be told: `extenders` of its configuration.
    ///
    /// @param port of this extender on the scheduler's machine
    public static JsonNode schedulerEntries(int port) {
        var entries = Json.array();
        entries.addObject()
                .put("urlPrefix", "http://127.0.0.1:" + port + "/scheduler")
                .put("filterVerb", "filter")
                .put("httpTimeout", "1s")
                .put("nodeCacheCapable", true)
                .put("ignorable", false)
                .putArray("managedResources")
                .addObject()
                .put("name", "kumiki.io/plan")
                .put("ignoredByScheduler", true);
        var bind = entries.addObject();
        bind.put("urlPrefix", "http://127.0.0.1:" + port + "/scheduler")
                .put("bindVerb", "bind")
                .put("httpTimeout", "600s")
                .put("nodeCacheCapable", true)
                .put("ignorable", false);
        var managed = bind.putArray("managedResources");
        managed.addObject().put("name", "kumiki.io/bind").put("ignoredByScheduler", true);
        managed.addObject().put("name", Shape.MILLI).put("ignoredByScheduler", true);
        return entries;
    }
}
