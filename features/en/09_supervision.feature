Feature: Supervision
  A post that has failed by itself must come back by itself, and must not hide that it failed.

  @S41 @fat @nightly
  Scenario: A hang is ended by the watchdog and recorded
    Given the post is ready
    When the firmware of the post hangs
    Then the post has started anew and is registered at most 60 s after the hang [T19]
    And the post names the watchdog as the cause of its start [T41]
    When the operator answers after 1 s
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    And the call names this post and no other
    When 3 s pass
    And the firmware of the post hangs
    Then the post has started anew and is registered at most 60 s after the hang [T19]
    When 20 s pass
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    When 3 s pass
    And the operator ends every call that stands
    And 2 s pass
    And the post is reset through its debug port
    And 20 s pass
    When the post is switched off
    And the fibre is cut
    And 10 s pass
    And the mains is switched on
    And 20 s pass
    And the firmware of the post hangs
    And 45 s pass
    And the fibre is restored
    Then the post is registered again at most 15 s after the fibre's return [T20]

  @S42 @fat @sat @nightly
  Scenario: Registration and faults are seen in time and cleared
    Given the post is ready
    When 10 min pass
    Then the post has been registered all the time [T26]
    When the servers grant a registration for at most 20 s
    And 3 min pass
    Then the post has been registered all the time [T26]
    When the servers grant a registration for at most 60 s
    And 1 min passes
    When the servers take everything and answer nothing
    Then the post reports the lost server to the supervision at most 60 s after its loss [T26]
    When 5 min pass
    And the servers are in order again
    Then the post is registered with the main server again at most 60 s after its return [T19]
    And the post clears that report at most 60 s after the server's return [T27]
    When 5 min pass
    And the servers take everything and answer nothing
    Then the post reports the lost server to the supervision at most 60 s after its loss [T26]
    When the servers are in order again
    Then the post clears that report at most 60 s after the server's return [T27]
    When 1 min passes
    And a talk with the operator is under way
    And the servers refuse every request
    And 90 s pass
    Then the talk goes on
    When the servers are in order again
    Then the post is registered with the main server again at most 60 s after its return [T19]
    And the talk goes on

  @S43 @fat @nightly
  Scenario: The daily audio self-test tells the truth and disturbs nobody
    Given the post is ready
    And a talk with the operator is under way
    When the post's loudspeaker is disconnected
    And the operator hangs up
    And the post's self-test is about to begin
    Then the post reports the broken loudspeaker to the supervision at most 15 min after its self-test [T35]
    When the post's loudspeaker is connected again
    Then the post clears that report at most 15 min after the repair [T35]
    When a talk with the operator is under way
    And the post's microphone is disconnected
    And the operator hangs up
    And the post's self-test is about to begin
    Then the post reports the broken microphone to the supervision at most 15 min after its self-test [T35]
    When the post's microphone is connected again
    Then the post clears that report at most 15 min after the repair [T35]
    When the post's self-test is about to begin
    And a talk with the operator is under way
    And 90 s pass
    Then the talk goes on
    When the operator hangs up
    Then the post makes up for its self-test, at most 24 h after the one before [T34]
    When the post's self-test is about to begin
    And the operator answers after 50 ms
    And the button is pressed for 150 ms while the post tests itself
    And 5 s pass
    Then the operator's phone rings at most 2 s after the press [T02]
    And the talk goes on
