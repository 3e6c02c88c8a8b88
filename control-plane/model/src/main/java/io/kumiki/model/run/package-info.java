/// The records of a pipeline run: one shape for the engine, the store, the run loop and the API.
/// Knows neither SQL nor the KFP wire format.
/// The engine produces new records, the store keeps the newest of each, the API reads them.
@NullMarked
package io.kumiki.model.run;

import org.jspecify.annotations.NullMarked;
