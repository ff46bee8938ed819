Feature: Lamps and marking
  A lamp that says more than is true keeps a person waiting for help that nobody has called.

  @S08 @fat @sat @nightly
  Scenario: The "call placed" lamp answers the finger at once
    Given the post is ready
    And the operator does not answer
    And the operator's phone rings only 3 s after the call
    When the button is pressed for 110 ms
    Then the "call placed" lamp lights at most 0.2 s after the press [T05]

  @S09 @fat @sat @nightly
  Scenario: The "connected" lamp means a real answer
    Given the post is ready
    And the operator answers after 8 s
    When the button is pressed for 110 ms
    Then the "connected" lamp stays dark until the operator answers [T06]
    And the "connected" lamp lights at most 0.5 s after the answer [T06]
    When the operator ends every call that stands
    And 5 s pass
    And the operator's server plays the call tone
    And the button is pressed for 110 ms
    Then the "connected" lamp stays dark until the operator answers [T06]
    And the "connected" lamp lights at most 0.5 s after the answer [T06]
    When the operator ends every call that stands
    And 5 s pass
    And the operator's telephone answers without ringing
    And the button is pressed for 110 ms
    Then the "connected" lamp stays dark until the operator answers [T06]
    And the "connected" lamp lights at most 0.5 s after the answer [T06]

  @S10 @fat @sat @nightly
  Scenario: No lamp claims a call that was not sent
    Given the post is ready
    When the fibre is cut
    And 5 s pass
    And the button is pressed for 150 ms
    And 10 s pass
    Then neither lamp claims a call that was not sent [T05]
    When the fibre is restored
    Then the post is registered again at most 15 s after the fibre's return [T20]

  @S11 @fat @sat @nightly
  Scenario: A point out of service does not look ready
    Given the post is ready
    And the operator answers after 1 s
    When the fibre is cut
    Then the "out of service" lamp is lit at most 60 s after the last moment at which a call was possible [T26]
    When the button is pressed for 150 ms
    Then the "out of service" lamp answers at most 2 s after the press [T38]
    When 10 s pass
    And the fibre is restored
    Then the "out of service" lamp is dark at most 5 s after the post can call again [T27]
    And the kept press is delivered once and marked as delayed, at most 60 s after the fibre's return, or clearly refused [T38]
    When the operator ends every call that stands
    And 5 s pass
    And the servers take everything and answer nothing
    Then the "out of service" lamp is lit at most 60 s after the last moment at which a call was possible [T26]
    When the servers are in order again
    Then the "out of service" lamp is dark at most 5 s after the post can call again [T27]
    When 10 s pass
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
