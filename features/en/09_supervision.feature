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
    When the operator ends every call that stands
    And 2 s pass
    And the post is reset through its debug port
    And 20 s pass
