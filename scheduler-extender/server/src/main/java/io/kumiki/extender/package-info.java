/// The shell of the scheduler extender: what the planner is told, and what is done with its decisions.
/// Decides nothing itself; knows Kubernetes only by its HTTP API.
/// Watches and the scheduler's calls become events for the planner's one thread; decisions become writes and answers.
@NullMarked
package io.kumiki.extender;

import org.jspecify.annotations.NullMarked;
