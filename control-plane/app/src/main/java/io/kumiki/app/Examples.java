package io.kumiki.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.runtime.yaml.Yaml;
import io.kumiki.web.dashboard.Example;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The example pipelines that come with the product, compiled by the SDK from the scripts beside them.
public final class Examples {
    private record Entry(String id, Example.Words title, Example.Words description) {}

    private static final List<Entry> ENTRIES = List.of(
            new Entry(
                    "train_and_evaluate",
                    new Example.Words("Train and evaluate a model", "モデルの学習と評価"),
                    new Example.Words(
                            "Trains a classifier on the wine data set and shows accuracy, a confusion matrix, a ROC curve and a plot.",
                            "ワインのデータで分類器を学習し、正解率、混同行列、ROC 曲線、グラフを表示します。")),
            new Entry(
                    "fan_out",
                    new Example.Words("Fan out and collect", "並列処理と集約"),
                    new Example.Words(
                            "Runs one step per item of a list at the same time and collects what they return.",
                            "リストの要素ごとにステップを並列に実行し、結果を集めます。")),
            new Entry(
                    "hello",
                    new Example.Words("Hello", "はじめの一歩"),
                    new Example.Words("One step that greets.", "あいさつを返すだけの 1 ステップのパイプラインです。")));

    private Examples() {}

    /// As the dashboard offers them.
    static List<Example> all() {
        return ENTRIES.stream()
                .map(e -> new Example(e.id(), e.title(), e.description(), text(e.id() + ".py"), spec(e.id())))
                .toList();
    }

    /// The compiled pipeline of an example.
    public static JsonNode spec(String name) {
        return Yaml.documents(text(name + ".yaml")).getFirst();
    }

    private static String text(String file) {
        try (InputStream in = Examples.class.getResourceAsStream("/examples/" + file)) {
            if (in == null) {
                throw new IllegalArgumentException("there is no example " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
