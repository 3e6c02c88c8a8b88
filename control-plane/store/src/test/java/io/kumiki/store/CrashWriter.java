package io.kumiki.store;

import io.kumiki.model.run.RunState;
import io.kumiki.model.run.TaskState;
import io.kumiki.store.objects.DiskObjects;
import io.kumiki.store.objects.ObjectStorage;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Writes rows and objects for ever and says on stdout what has been acknowledged; killed by CrashIT.
final class CrashWriter {
    private CrashWriter() {}

    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        String round = arguments[1];
        Store store = Store.open(folder.resolve("store.db"));
        ObjectStorage objects = DiskObjects.open(folder.resolve("objects"));
        objects.createBucket("bucket");
        for (int thread = 0; thread < 4; thread++) {
            String name = round + "-" + thread;
            Thread.ofPlatform().start(() -> rows(store, name));
            Thread.ofPlatform().start(() -> objects(objects, name));
        }
    }

    private static void rows(Store store, String name) {
        for (int n = 0; ; n++) {
            String id = name + "-" + n;
            store.write(tx -> {
                tx.runs().insert(Samples.run(id, 0));
                return null;
            });
            say("run " + id);
            store.write(tx -> {
                tx.runs().progress(Samples.run(id, 0).moved(RunState.SUCCEEDED, Samples.START, null));
                tx.tasks()
                        .put(List.of(
                                Samples.task("a-" + id, id, TaskState.SUCCEEDED),
                                Samples.task("b-" + id, id, TaskState.FAILED)));
                return null;
            });
            say("done " + id);
        }
    }

    private static void objects(ObjectStorage objects, String name) {
        var random = new SplittableRandom(name.hashCode());
        for (int n = 0; ; n++) {
            // Every other key is overwritten again and again.
            String key = n % 2 == 0 ? name + "/" + n : name + "/same";
            byte[] body = new byte[random.nextInt(1, 200_000)];
            Arrays.fill(body, (byte) n);
            objects.put("bucket", key, body);
            say("object " + key + " " + body.length + " " + (n & 0xff));
            if (n % 7 == 0 && n > 0 && n % 2 == 0) {
                objects.delete("bucket", key);
                say("deleted " + key);
            }
        }
    }

    /// The full stop shows that the line is whole.
    private static void say(String line) {
        PrintStream out = System.out;
        synchronized (out) {
            out.print(line + " .\n");
            out.flush();
        }
    }
}
