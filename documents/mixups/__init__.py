"""別の世帯の情報: whether a paper names, by mistake, a household of another case."""
