Feature: Lamps and marking
  A lamp that says more than is true keeps a person waiting for help that nobody has called.

  @S08 @fat @sat @nightly
  Scenario: The "call placed" lamp answers the finger at once
    Given the post is ready
    And the operator does not answer
    When the button is pressed for 110 ms
    Then the "call placed" lamp lights at most 0.2 s after the press [T05]

  @S09 @fat @sat @nightly
  Scenario: The "connected" lamp means a real answer
    Given the post is ready
    And the operator answers after 8 s
    When the button is pressed for 110 ms
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
