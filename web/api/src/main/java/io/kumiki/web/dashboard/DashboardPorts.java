package io.kumiki.web.dashboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.run.RunRecord;
import io.kumiki.runtime.http.Guard;
import io.kumiki.runtime.http.identity.Tickets;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.web.dashboard.log.LiveLogs;
import io.kumiki.web.kfp.ImageCheck;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/// What the dashboard asks of the rest of the house.
///
/// @param submit a KFP run message to a committed run: `kfpApi::start`
/// @param imageNotes worth knowing about images that do run here, e.g. which Python stands in
/// @param tickets the listener takes them as an identity too, for sockets
/// @param token what a session is given
public record DashboardPorts(
        ObjectStorage objects,
        ImageCheck images,
        Function<Collection<String>, List<String>> imageNotes,
        Function<ObjectNode, RunRecord> submit,
        ClusterView cluster,
        LiveLogs logs,
        List<Example> examples,
        Scheduling scheduling,
        Guard guard,
        Tickets tickets,
        String token) {}
