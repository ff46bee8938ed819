Feature: Call to the City Guard operator
  What arrives at the operator decides, not what a lamp or a log says.

  @S01 @fat @sat @nightly
  Scenario: One press raises exactly one call within the limit
    Given the post is ready
    When the button is pressed 30 times for 150 ms, and the operator ends each call after 4 s
    Then every call leaves the post at most 0.5 s after its press [T01]
    And the operator's phone rings at most 2 s after each press [T02]
    And each press has raised exactly 1 call [T33]
    And each press has raised exactly 1 call [T45]
    When the button is pressed 3 times for 110 ms, and the operator ends each call after 4 s
    Then each press has raised exactly 1 call [T29]

  @S02 @fat @sat @nightly
  Scenario: Both sides hear each other from the first word
    Given the post is ready
    And the operator answers after 1 s
    When the button is pressed for 150 ms
    Then both sides hear each other at most 0.5 s after the answer [T04]
    And both sides hear each other at most 3 s after the press [T03]

  @S03 @fat @sat @nightly
  Scenario: The call names the right point and place
    Given the post is ready
    And the operator does not answer
    When the button is pressed for 150 ms
    Then the call names this post and no other
    When 2 s pass
    And the button is pressed for 300 ms
    Then no further call reaches the operator within 5 s [T33]

  @S04 @fat @sat @nightly
  Scenario: The call goes only to the City Guard, never elsewhere
    Given the post is ready
    And the operator answers after 50 ms
    When the button is pressed for 2 s
    Then the call goes to the City Guard's operator and nowhere else
    And within 10 s exactly 1 call reaches the operator [T33]

  @S05 @nightly @long
  Scenario: Three hundred presses, none lost
    Given the post is ready
    When the button is pressed 300 times for 150 ms, and the operator ends each call after 20 s
    Then each press has raised exactly 1 call [T33]
    And each press has raised exactly 1 call [T45]
    And the operator's phone rings at most 2 s after each press [T02]

  @S06 @fat @nightly
  Scenario: A second press does not end the talk
    Given the post is ready
    And a talk with the operator is under way
    When the button is pressed for 1 s
    And 5 s pass
    And the button is pressed for 4 s
    And the button is pressed 20 times for 150 ms, once every 500 ms
    And 5 s pass
    Then the talk goes on
    And no further call reaches the operator within 5 s [T33]

  @S07 @fat @nightly
  Scenario: After the talk the point is ready again
    Given the post is ready
    And a talk with the operator is under way
    When the operator hangs up
    Then both lamps are dark at most 0.5 s after the end of the talk [T06]
    When 2 s pass
    And the operator answers after 1 s
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    When 3 s pass
    And the fibre is cut for 70 s
    Then the post is registered again at most 15 s after the fibre's return [T20]
    When 2 s pass
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
