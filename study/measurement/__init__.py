"""The measuring core: a case, the row of any result, the worst input, its trace and its explanation."""
