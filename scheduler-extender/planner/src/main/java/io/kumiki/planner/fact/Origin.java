package io.kumiki.planner.fact;

/// Where a gang comes from: jobs of one origin run about as long as each other. Empty where something is not known.
///
/// @param kind of its controller
/// @param owner name of its controller
/// @param user who asked for it
/// @param image of its first container
public record Origin(String kind, String owner, String user, String image) {
    public static final Origin UNKNOWN = new Origin("", "", "", "");

    /// The owner's name without what makes each run's name its own: numbers, and generated endings of five or more
    /// letters and digits.
    public String stem() {
        String stem = owner;
        while (true) {
            int dash = stem.lastIndexOf('-');
            String last = stem.substring(dash + 1);
            boolean own = last.matches("[0-9]+")
                    || last.matches("[0-9a-f]{8,}")
                    || (last.matches("[a-z0-9]{5,12}") && last.matches(".*[0-9].*"))
                    || last.matches("[bcdfghjklmnpqrstvwxz2456789]{5}");
            if (dash <= 0 || !own) {
                return stem.replaceAll("[0-9]+$", "");
            }
            stem = stem.substring(0, dash);
        }
    }
}
