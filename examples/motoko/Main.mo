/// The example to copy for Motoko: a canister that has Chime call it back.
///
/// 1. A controller calls `schedule_me` with the scheduler's principal. The canister makes a task
///    whose only step calls `on_tick` of this canister, every so many seconds.
/// 2. The scheduler calls `on_tick` with the context of the run, and `on_finished` when the run has
///    ended. Nobody else may.
///
/// The types of the scheduler come from `scheduler.did`; those of what it tells a callee are below.

import Error "mo:core/Error";
import Map "mo:core/Map";
import Nat64 "mo:core/Nat64";
import Principal "mo:core/Principal";
import Scheduler "canister:scheduler";

persistent actor Self {
  /// What is used of the scheduler. Its principal is known only when the canister runs.
  type SchedulerActor = actor {
    create_task : shared Scheduler.CreateTaskRequest -> async Scheduler.TaskResult;
  };

  /// The last argument of a call `with_context`: which run and which attempt it serves.
  type ExecutionContext = {
    task_id : Nat64;
    execution_id : Nat64;
    scheduled_at : Nat64;
    step : Nat32;
    attempt : Nat32;
    fencing_token : Nat64;
    user : Principal;
  };

  /// What the callback of a task is told, once for each execution.
  type ExecutionFinished = {
    task_id : Nat64;
    task_name : Text;
    execution_id : Nat64;
    scheduled_at : Nat64;
    finished_at : Nat64;
    status : Scheduler.ExecutionStatus;
    result : ?Text;
    error : ?Text;
  };

  type ScheduleMeRequest = { scheduler : Principal; repeat_every_seconds : Nat64 };

  /// Executions remembered, so that none is counted twice.
  transient let remembered = 1_000;

  var trusted : ?Principal = null;
  var ticks : Nat64 = 0;
  var lastOutcome : ?ExecutionFinished = null;
  let counted = Map.empty<Nat64, Nat64>();

  /// Makes the task that calls `on_tick`. Only controllers may ask for it. The key makes sure that
  /// there is one task, however often the request is sent.
  public shared ({ caller }) func schedule_me(request : ScheduleMeRequest) : async Scheduler.TaskResult {
    if (not Principal.isController(caller)) {
      throw Error.reject("only a controller may ask for this");
    };
    // Whom to trust is written down before the request leaves: the answer may be lost.
    trusted := ?request.scheduler;
    let scheduler : SchedulerActor = actor (Principal.toText(request.scheduler));
    // After a minute nobody can tell what became of the call: it is sent again with the same key.
    await (with timeout = 60) scheduler.create_task(tickTask(request.repeat_every_seconds));
  };

  /// Counts one execution of the task and returns the count. Anybody but the scheduler is rejected.
  public shared ({ caller }) func on_tick(context : ExecutionContext) : async Nat64 {
    await* requireScheduler(caller);
    // An attempt whose answer was lost may be repeated: it is counted once.
    if (Map.get(counted, Nat64.compare, context.execution_id) == null) {
      ticks += 1;
      Map.add(counted, Nat64.compare, context.execution_id, context.fencing_token);
      forgetOldest();
    };
    ticks;
  };

  /// Keeps how an execution ended. Anybody but the scheduler is rejected.
  public shared ({ caller }) func on_finished(finished : ExecutionFinished) : async () {
    await* requireScheduler(caller);
    lastOutcome := ?finished;
  };

  /// The executions counted so far.
  public query func count() : async Nat64 { ticks };

  /// How the latest execution ended.
  public query func last_outcome() : async ?ExecutionFinished { lastOutcome };

  /// All that the scheduler sends comes from its one principal; without this check anybody could
  /// pretend to be it.
  func requireScheduler(caller : Principal) : async* () {
    if (trusted != ?caller) {
      throw Error.reject("only the scheduler may call this");
    };
  };

  func forgetOldest() {
    while (Map.size(counted) > remembered) {
      switch (Map.minEntry(counted)) {
        case (?(oldest, _)) Map.remove(counted, Nat64.compare, oldest);
        case null return;
      };
    };
  };

  /// The task: one step, one interval, two quick retries.
  func tickTask(seconds : Nat64) : Scheduler.CreateTaskRequest {
    let myself = Principal.fromActor(Self);
    let step : Scheduler.NewStep = {
      name = null;
      action = #call {
        canister = myself;
        method = "on_tick";
        arguments = null;
        cycles = null;
        with_context = ?true;
        error_cases = null;
      };
      run_next_after_seconds = null;
      timeout_seconds = ?30;
      continue_on_error = null;
    };
    {
      name = "tick";
      description = ?"Calls the Motoko example back.";
      metadata = null;
      steps = [step];
      schedules = [everyFew(seconds)];
      priority = null;
      retry = ?{
        max_retries = 2;
        initial_delay_seconds = 2;
        factor_percent = 200;
        maximum_delay_seconds = 60;
        jitter_percent = null;
        maximum_age_seconds = null;
        terminal_errors = null;
      };
      timeout_seconds = null;
      execution_timeout_seconds = null;
      on_unknown = ?#retry;
      maximum_concurrent = null;
      pause_after_failures = null;
      run_as = null;
      callback = ?{ canister = myself; method = "on_finished"; error_cases = null };
      disabled = null;
      idempotency_key = ?"tick";
    };
  };

  func everyFew(seconds : Nat64) : Scheduler.NewSchedule {
    {
      name = null;
      rule = #interval { repeat_every_seconds = seconds; phase_seconds = null };
      timezone = null;
      start_at = null;
      start_after_seconds = null;
      end_at = null;
      gap = null;
      missed_runs = null;
      missed_window_seconds = null;
      overlap = null;
      maximum_runs = null;
      jitter_seconds = null;
      exclusions = null;
      disabled = null;
    };
  };
};
