package io.kumiki.store.s3;

/// Numbers in queries.
final class Parameters {
    private Parameters() {}

    /// Larger ones are cut to the most, as S3 does.
    static int number(Target target, String name, int otherwise, int most) throws S3Fault {
        String text = target.parameter(name);
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= 0) {
                return (int) Math.min(value, most);
            }
        } catch (NumberFormatException e) {
            // Answered below.
        }
        throw S3Fault.argument(name + " is a number from 0, found '" + text + "'");
    }
}
