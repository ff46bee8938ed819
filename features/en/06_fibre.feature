Feature: Fibre loss and return

  @S28 @fat @nightly
  Scenario: A one-second glitch does not break the talk
    Given the post is ready
    And a talk with the operator is under way
    When the fibre is cut for 1 s while the caller talks
    And the fibre is cut for 1 s while the operator talks
    Then speech is interrupted for at most 1.3 s in either direction [T21]
    And the talk goes on
    When the operator hangs up
    Then no further call reaches the operator within 10 s [T33]

  @S29 @fat @sat @nightly
  Scenario: A twenty-second cut is healed without a new press
    Given the post is ready
    And a talk with the operator is under way
    When the fibre is cut for 20 s
    Then both sides talk again, without a new press, at most 5 s after the fibre's return [T22]
    When the operator hangs up
    And 2 s pass
    And a talk with the operator is under way
    And the fibre is cut for 20 s
    Then both sides talk again, without a new press, at most 5 s after the fibre's return [T22]
    When the operator ends every call that stands
    And 2 s pass
    And the operator does not answer
    And the button is pressed for 150 ms
    And 3 s pass
    And the fibre is cut for 10 s
    And the operator answers after 1 s
    Then both sides talk again, without a new press, at most 5 s after the fibre's return [T22]
    When the operator ends every call that stands
    And 2 s pass
    And the operator does not answer
    And the button is pressed for 150 ms
    And 8 s pass
    And the fibre is cut for 15 s
    And the operator answers after 1 s
    Then both sides talk again, without a new press, at most 5 s after the fibre's return [T22]
    When the operator ends every call that stands
    And 2 s pass
    And a talk with the operator is under way
    And the fibre is cut
    And 12 s pass
    And the button is pressed for 150 ms
    And 5 s pass
    And the fibre is restored
    And 20 s pass
    And the operator ends every call that stands
    And 20 s pass
    And the operator ends every call that stands
    And 2 s pass
    And a talk with the operator is under way
    And the fibre is cut for 40 s
    And 20 s pass
    And the operator ends every call that stands
    And 2 s pass
    And a talk with the operator is under way
    And the servers take everything and answer nothing
    And the fibre is cut for 36 s
    And 30 s pass
    And the servers are in order again
    And the operator ends every call that stands
    And 60 s pass
    And 2 s pass
    And a talk with the operator is under way
    And the fibre is cut
    And 36 s pass
    And the button is pressed for 150 ms
    Then the "out of service" lamp answers at most 2 s after the press [T38]
    When 5 s pass
    And the fibre is restored
    Then the kept press is delivered once and marked as delayed, at most 60 s after the fibre's return, or clearly refused [T38]

  @S30 @fat @sat @nightly
  Scenario: The operator sees the cut and its end
    Given the post is ready
    When 2 min pass
    And the fibre is cut
    Then the supervision counts the post as lost at most 60 s after the cut [T26]
    When 60 s pass
    And the fibre is restored
    Then the supervision hears of the post again at most 60 s after the fibre's return [T27]
    And the post is registered again at most 15 s after the fibre's return [T20]
    When 2 min pass
    And the fibre is cut for 5 min
    Then the supervision hears of the post again at most 60 s after the fibre's return [T27]
    When 1 min passes

  @S31 @fat @sat @nightly
  Scenario: After ten minutes without fibre the point can call again
    Given the post is ready
    When the fibre is cut
    And the button is pressed for 150 ms
    And 5 min pass
    And the button is pressed for 150 ms
    And 5.5 min pass
    And the fibre is restored
    Then the post is registered again at most 15 s after the fibre's return [T20]
    When the operator answers after 1 s
    And 2 s pass
    And the fibre is cut
    And 10 s pass
    And the button is pressed for 150 ms
    And 100 s pass
    And the fibre is restored
    Then the post is registered again at most 15 s after the fibre's return [T20]
    When 60 s pass
    And the operator ends every call that stands
    And 2 s pass
    And the fibre is cut
    And 7 min pass
    And the button is pressed for 150 ms
    Then the "out of service" lamp answers at most 2 s after the press [T38]
    When the operator answers after 1 s
    And 80 s pass
    And the fibre is restored
    Then the kept press is delivered once and marked as delayed, at most 60 s after the fibre's return, or clearly refused [T38]
    When the operator ends every call that stands
    And 2 s pass
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]

  @S32 @fat @nightly
  Scenario: A press during the cut is neither silent nor a later ghost
    Given the post is ready
    And the operator answers after 1 s
    When the fibre is cut
    And 30 s pass
    And the button is pressed for 150 ms
    Then the "out of service" lamp answers at most 2 s after the press [T38]
    When 10 s pass
    And the button is pressed for 150 ms
    Then the "out of service" lamp answers at most 2 s after the press [T38]
    When 50 s pass
    And the fibre is restored
    Then the kept press is delivered once and marked as delayed, at most 60 s after the fibre's return, or clearly refused [T38]
    And no further call reaches the operator within 10 min [T32]
    When the fibre is cut
    And 30 s pass
    And the button is pressed for 150 ms
    Then the "out of service" lamp answers at most 2 s after the press [T38]
    When 10 s pass
    And the fibre is restored
    Then the kept press is delivered once and marked as delayed, at most 60 s after the fibre's return, or clearly refused [T38]
    When the operator ends every call that stands
    And 2 s pass
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    When the operator ends every call that stands
    And 2 s pass
    And the operator is busy
    And the fibre is cut
    And 30 s pass
    And the button is pressed for 150 ms
    And 10 s pass
    And the fibre is restored
    And 100 s pass

  @S33 @fat @nightly
  Scenario: Twenty link flaps do not hang the point
    Given the post is ready
    And the operator answers after 1 s
    When the fibre is cut 20 times for 1 s, 1 s apart
    Then the post is registered again at most 15 s after the fibre's return [T20]
    When 5 s pass
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    When the operator ends every call that stands
    And 2 s pass
    And the fibre is cut 20 times for 0.2 s, 0.3 s apart
    And 20 s pass
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]

  @S34 @fat @nightly
  Scenario: Link up but nothing passes: noticed in time
    Given the post is ready
    And the operator answers after 1 s
    When the main server no longer answers on the connections that stand
    And the button is pressed for 150 ms
    Then the call reaches one of the servers at most 5 s after the press [T09]
    When 3 s pass
    And the operator hangs up
    And 2 min pass
    And the button is pressed for 150 ms
    Then the call reaches one of the servers at most 5 s after the press [T09]
    When 3 s pass
    And the operator hangs up
    And the servers are in order again
    And 1 min passes
    When the servers take everything and answer nothing
    And the button is pressed for 150 ms
    And 70 s pass
    And the button is pressed for 150 ms while the post tries to register
    Then the "out of service" lamp answers at most 2 s after the press [T38]
    When 30 s pass
    And the servers are in order again
    Then the kept press is delivered once and marked as delayed, at most 60 s after the server's return, or clearly refused [T38]
